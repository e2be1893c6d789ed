"""A dancing couple drawn from code.

```
curves.py     easing between beats
duet.py       a choreography as data: where both stand on each count, which foot falls when, what the hands hold
skeleton.py   choreography -> joints of both dancers at every frame (inverse kinematics for legs and arms)
cloth.py      what follows late: hair and skirt
skin.py       joints -> rings (limbs, torso, head, clothes)
raster.py     rings -> antialiased pixels, shadow and mirror image
stage.py      the room: wall, lights, floor
film.py       all of it, frame by frame
```
"""

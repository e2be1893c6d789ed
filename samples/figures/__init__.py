"""A dancing couple drawn from code.

```
curves.py     easing between beats
duet.py       a choreography as data: where both stand on each count, which foot falls when, what the hands hold
bones.py      lengths, joints, two-bone inverse kinematics
feet.py       footfalls: landing on the beat, resting, bearing weight
arms.py       hands that hold, elbows that follow
skeleton.py   choreography -> joints of both dancers at every frame
cloth.py      what follows late: hair and skirt
tubes.py      limbs as runs of rings
anatomy.py    torso, hands, head, feet
skin.py       joints -> rings: the dressed couple
raster.py     rings -> antialiased pixels, shadow and mirror image
pixels.py     what is laid into a finished picture; RGB -> YUV
stage.py      the room: wall, lights, floor
film.py       all of it, frame by frame
```
"""

"""What a move looks like, measured from its pictures.

```
seeing.py      a clip -> Body: all of the below      document.py     Body, and how it is kept
pictures.py    a clip's pictures, small and gray     keeping.py      bodies beside their mezzanines
flow.py        how they move, less the camera        outline.py      where the dancers are -> poses
course.py      numbers over time, their means        motion.py       how much they move, when they rest
places.py      who moves which part where to         description.py  512 numbers of eight counts
descriptor.py  those, scaled -> a vector             discrimination.py  whether vectors tell moves apart
steps.py       when they step -> kinetic beats
```
"""

from bachata.moves.body.document import Body, BodyRecord
from bachata.moves.body.seeing import see

__all__ = ["Body", "BodyRecord", "see"]

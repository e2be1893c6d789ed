"""The demo's move library: choreographies written as data, drawn and filmed as clips.

```
vocabulary.py   holds, turns and body accents shared by the choreographies
basics.py turns.py holds.py body.py steps.py frames.py   the choreographies, by family
catalogue.py    all of them with label, difficulty, energy, style and tempo
loop.py         the soft percussion a clip carries
clip.py         one move -> one MP4 with known beats
make.py         the whole folder with annotations.json
```
"""

from samples.moves.catalogue import MOVES
from samples.moves.make import make_moves

__all__ = ["MOVES", "make_moves"]

"""A bachata synthesised with numpy, whose every beat, count and section is known.

```
score.py     tempo, sections, harmony -> the beat grid and the truth
voices.py    one sound at a time: plucked string, güira, bongo, bass, a sung vowel
band.py      who plays what in which groove, placed on the grid with a human's jitter
mixdown.py   room, limiter, WAV and AAC files
```
"""

from samples.song.make import make_song
from samples.song.score import SECTION_PLANS, Section, SongTruth

__all__ = ["SECTION_PLANS", "Section", "SongTruth", "make_song"]

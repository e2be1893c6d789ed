"""What is wanted: form fields and free text become a Brief in which every field says where it came from.

A form field wins over the text, the text over the default. The text is data: it is searched for words, or a reader
names values of ours that it finds in it; nothing it says is ever done.
"""

from bachata.choreography.brief.durations import spoken_duration
from bachata.choreography.brief.model import Brief, SongWish, Source, Understood
from bachata.choreography.brief.reading import Reader, Reading
from bachata.choreography.brief.understanding import understand

__all__ = ["Brief", "Reader", "Reading", "SongWish", "Source", "Understood", "spoken_duration", "understand"]

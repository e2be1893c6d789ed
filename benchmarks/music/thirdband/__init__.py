"""A band of our own making, written apart from the analyser: bachata songs whose truth is known exactly.

Whoever writes a listener and then the songs it is tried on gives both the same habits. This package was written from
teachers' conventions alone, by somebody who had read neither the analyser nor the other generators.

What it models, and where that comes from (teachers' pages and a publisher's lesson, as collected in the project's
reference on music and dance, section 4, "Bachata rhythm"; the rest is common practice of the style):

- 4/4, eight counts are two bars, phrases of two eights, sections of 2, 4, 6 or 8 eights; 90–170 BPM, mostly 112–145.
- Bongo: martillo in derecho with ghost strokes and improvised fills, the low drum (hembra) usually on 4; "1 and 3" or
  "1-2-3 equal"; majao, one per beat; mambo, busiest, with campana. Güira: eighths, quarters, gallop or double time.
- Bass: long on 1, rest on 2, a short note before 3, then 3 and 4; octaves, walking fills, notes on the "4 and" tied
  over the 1, silence in some parts.
- Requinto arpeggios with syncopated picks, riffs in thirds, segunda with thumb bass and chops; piano, pad, strings;
  drum machine and synthesiser bass in pop arrangements; lead voice with vibrato and melisma that starts before or
  after the bar line; answering coro.
- Harmony: the usual progressions of four chords, changing twice a bar, each bar or every two bars, sometimes an eighth
  early; the last chorus a semitone up in a few songs.
- People: every stroke off by 5–15 ms (one sigma), every player with an own lag, a tempo that wanders by up to ±5 %.
- Rooms and records: reverberation, compression, noise, telephone, cassette and 8-bit sound, fades, lossy codecs.

What truth means here. A beat is the grid the band plays around, not any one stroke; bongo and güira lie around it
without bias. Count 1 opens every phrase and every section. Energy is what the arrangement asks of the players in each
beat: how many play and how hard; stops and fades lower it. A groove is named where percussion marks it, so parts
without percussion have none.

Use: ``samples, truth = make(recipe(number, seed))`` and ``write(path, samples)``.
"""

from __future__ import annotations

from benchmarks.music.thirdband.band import make
from benchmarks.music.thirdband.files import write
from benchmarks.music.thirdband.form import Truth
from benchmarks.music.thirdband.recipes import Recipe, recipe

__all__ = ["Recipe", "Truth", "make", "recipe", "write"]

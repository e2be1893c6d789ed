"""Brief to Blueprint: understands the request, chooses and sequences moves, scores the plan.

```
brief.py        form fields and free text -> Brief          vocabulary.py  the words it knows
songs.py        Brief -> a song                             grid.py        beats -> frames, once
slots.py        the song -> places of 8 or 16 counts        windows.py     which stretch of which clip fits a place
retrieval.py    a place -> candidates, rules inside         sequence.py    candidates -> an order, by beam search
director.py     the seat of someone with taste              transitions.py how one move gives way to the next
cut.py          an order -> exact moves of a blueprint      explain.py     why, what was relaxed, what would help
planner.py      all of these in order: `plan`               service.py     what the plan function does
phase.py        clip counts against song counts             scorecard/     what a plan is worth
baselines.py    other ways to plan, to compare with
```
"""

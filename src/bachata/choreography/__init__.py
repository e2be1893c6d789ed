"""Brief to Blueprint: understands the request, chooses and sequences moves, scores the plan.

```
brief.py        form fields and free text -> Brief          vocabulary.py  the words it knows
songs.py        Brief -> a song                             grid.py        beats -> frames, once
slots.py        the song -> places of 8 or 16 counts        query.py       what to look for at a place
pool.py         a large library -> what a plan looks at     ladder.py      the rules, and what gives way first
windows.py      which stretch of which clip fits a place    retrieval.py   a place -> candidates, rules inside
energies.py     calm moves to calm places                   grooves.py     which moves suit which groove
seams.py        how far the eye leaps between two clips     echoes.py      where the song repeats itself
costs.py        what speaks for a move at a place           sequence.py    candidates -> an order, by beam search
director.py     the seat of someone with taste              transitions.py how one move gives way to the next
cut.py          an order -> exact moves of a blueprint      explain.py     why, what was relaxed, what would help
offers.py       what a library could do instead
planner.py      all of these in order: `plan`               service.py     what the plan function does
phase.py        clip counts against song counts             scorecard/     what a plan is worth
baselines.py    other ways to plan, to compare with
```
"""

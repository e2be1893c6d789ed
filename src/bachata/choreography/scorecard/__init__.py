"""What a plan is worth, in numbers: M1 to M10, each with its bar, what chance reaches, and how likely luck is.

```
metric.py     what every metric says              chance.py    what luck would do: p-values
dance.py      a plan and what it is judged by     wishes.py    what was asked for
card.py       all metrics: `score`                table.py     as rows of words
cuts.py       M1 cut error, M2 count 1            truth.py     where the beats really are
rhythm.py     M3 clip phase, M4 kinetic beats     fit.py       M5 speed, M6 energy
variety.py    M7 returns                          seams.py     M8 poses where clips join
adherence.py  M9 the brief                        integrity.py M10 the finished file
```
"""

from bachata.choreography.scorecard.card import Scorecard, score
from bachata.choreography.scorecard.integrity import Rendered
from bachata.choreography.scorecard.metric import Metric
from bachata.choreography.scorecard.truth import Truth

__all__ = ["Metric", "Rendered", "Scorecard", "Truth", "score"]

"""Numbers over a clip's time, and what they are on average from one moment to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Course:
    """Numbers that hold from one picture to the next.

    `frames`: (n,), ascending, when the pictures are. `values`: (n - 1, d), what holds between them.
    """

    frames: NDArray[np.int64]
    values: NDArray[np.float64]

    def means(self, edges: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Means from each of the ascending `edges` (frames) to the next: (len(edges) - 1, d).

        Where there are no pictures nothing is; a span of no length means what holds there.
        """
        at = np.asarray(edges, dtype=np.float64)
        spans = np.diff(at)
        if len(self.values) == 0:
            return np.zeros((len(spans), self.values.shape[1]))
        lengths = np.diff(self.frames).astype(np.float64)
        total = np.vstack([np.zeros(self.values.shape[1]), np.cumsum(self.values * lengths[:, None], axis=0)])
        inside = np.clip(at, self.frames[0], self.frames[-1])
        index = np.clip(np.searchsorted(self.frames, inside, side="right") - 1, 0, len(lengths) - 1)
        share = ((inside - self.frames[index]) / lengths[index])[:, None]
        reached = total[index] + share * (total[index + 1] - total[index])
        return np.asarray(
            np.where(
                spans[:, None] > 1e-6,
                np.diff(reached, axis=0) / np.maximum(spans, 1e-6)[:, None],
                self.values[index[:-1]],
            )
        )

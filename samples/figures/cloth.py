"""What follows late: a spring behind every swing of the skirt, a chain of weights in the hair."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]


@njit(cache=True, nogil=True)
def lag(x: Array, stiffness: float, damping: float, dt: float) -> Array:
    """A damped spring pulled along by `x` (frames, k): it trails, then overshoots. Starts at rest."""
    out = np.empty_like(x)
    place, speed = x[0].copy(), np.zeros(x.shape[1])
    steps = 6
    for i in range(x.shape[0]):
        j = max(0, i - 1)
        for s in range(steps):
            goal = x[j] + (x[i] - x[j]) * ((s + 1) / steps)
            speed += (stiffness * (goal - place) - damping * speed) * (dt / steps)
            place = place + speed * (dt / steps)
        out[i] = place
    return out


@njit(cache=True, nogil=True)
def hang(root: Array, away: Array, skull: Array, back: Array, link: float, nodes: int, dt: float) -> Array:
    """A strand of `nodes` weights, `link` metres apart, hanging from `root` (frames, 3) -> (frames, nodes, 3).

    `away` (frames, 3): the direction it leaves the head. It does not pass through the skull (sphere at `skull`) nor
    the back (sphere at `back`).
    """
    out = np.empty((root.shape[0], nodes, 3))
    now = np.empty((nodes, 3))
    for k in range(nodes):
        now[k] = root[0] + away[0] * link * min(k, 1) * 0.7
        now[k, 1] -= link * max(0, k - 1)
    before = now.copy()
    warm, steps = 40, 6
    h = dt / steps
    for i in range(-warm, root.shape[0]):
        f = max(0, i)
        g = max(0, i - 1)
        for s in range(steps):
            share = (s + 1) / steps
            now[0] = root[g] + (root[f] - root[g]) * share
            now[1] = now[0] + 0.75 * link * (away[g] + (away[f] - away[g]) * share)
            now[1, 1] -= 0.45 * link
            for k in range(2, nodes):
                velocity = (now[k] - before[k]) * 0.972
                before[k] = now[k]
                now[k] = now[k] + velocity
                now[k, 1] -= 9.0 * h * h
            for _ in range(5):
                for k in range(2, nodes):
                    # Both ends of a link give way, except the two that the head carries.
                    line = now[k] - now[k - 1]
                    d = np.sqrt((line * line).sum()) + 1e-9
                    fix = line * ((d - link) / d)
                    if k == 2:
                        now[k] -= fix
                    else:
                        now[k] -= 0.5 * fix
                        now[k - 1] += 0.5 * fix
                for k in range(2, nodes):
                    for centre, radius in ((skull[f], 0.105), (back[f], 0.150)):
                        gap = now[k] - centre
                        d = np.sqrt((gap * gap).sum()) + 1e-9
                        if d < radius:
                            now[k] = centre + gap * (radius / d)
        if i >= 0:
            out[i] = now
    return out


def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frame-to-frame change of `values` along axis 0, first frame as the second."""
    change = np.diff(values, axis=0, prepend=values[:1])
    change[0] = change[1] if len(change) > 1 else 0.0
    return change

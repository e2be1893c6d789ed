"""Every move of the demo library: what it is called, how hard it is, how it feels, and its choreography."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from samples.figures.duet import Duet


@dataclass(frozen=True)
class Move:
    """A move before it is filmed; `tempo` in BPM, `preroll` frames before count 1."""

    clip_id: str
    name: str
    label: str
    difficulty: str
    energy: str
    style: str
    tempo: float
    preroll: int
    palette: str
    family: str
    dance: str

    def choreograph(self) -> Duet:
        """Build the choreography (in a worker process the name is all that travels)."""
        build: Callable[[], Duet] = getattr(importlib.import_module(f"samples.moves.{self.family}"), self.dance)
        return build()


# Tempi spread over those of contemporary bachata, 115 to 140 BPM, so that every song finds moves near its own.
# family.dance | human name | label | difficulty | energy | style | tempo | pre-roll frames | palette
_TABLE = """
frames.invitation       | The invitation      | intros          | beginner     | low    | romantic  | 122 | 4 | sunset
frames.walk_together    | Walking together    | intros          | beginner     | medium | romantic  | 126 | 2 | rose
basics.side_basic       | Side basic          | basic           | beginner     | medium | romantic  | 126 | 3 | sunset
basics.forward_basic    | Forward and back    | basic           | beginner     | medium | romantic  | 131 | 6 | lagoon
basics.box_basic        | Box step            | basic           | beginner     | low    | romantic  | 120 | 1 | sunset
basics.turning_basic    | Turning basic       | basic           | intermediate | medium | romantic  | 132 | 0 | rose
basics.bolero_rock      | Bolero rock         | bolero          | beginner     | low    | playful   | 116 | 5 | violet
turns.right_turn        | Her right turn      | ladyturn        | beginner     | low    | playful   | 123 | 4 | gold
turns.left_turn         | Her left turn       | ladyturn        | beginner     | medium | playful   | 133 | 1 | lagoon
turns.double_spin       | Double spin         | spin            | intermediate | medium | energetic | 132 | 2 | gold
turns.both_spin         | Both spin           | spin            | intermediate | high   | energetic | 135 | 3 | sunset
turns.spin_chain        | Chain of spins      | spin            | advanced     | high   | energetic | 134 | 0 | violet
turns.cross_body        | Cross-body lead     | cross_body_lead | beginner     | medium | playful   | 129 | 5 | gold
holds.shadow_side       | Shadow side to side | shadow          | intermediate | medium | sensual   | 122 | 2 | violet
holds.shadow_walk       | Shadow walk         | shadow          | advanced     | medium | sensual   | 128 | 6 | rose
holds.hammerlock_basic  | Hammerlock          | hammerlock      | intermediate | medium | playful   | 126 | 1 | lagoon
holds.hammerlock_circle | Hammerlock circle   | hammerlock      | advanced     | medium | playful   | 131 | 4 | gold
body.body_wave_facing   | Facing body wave    | bodywaves       | advanced     | medium | sensual   | 119 | 3 | violet
body.body_wave_shadow   | Shadow body wave    | bodywaves       | intermediate | low    | sensual   | 120 | 0 | rose
body.hip_rolls          | Hip rolls           | hiprolls        | intermediate | low    | sensual   | 118 | 5 | sunset
body.hip_rolls_low      | Low hip rolls       | hiprolls        | advanced     | medium | sensual   | 124 | 2 | violet
body.head_roll          | Head roll           | headrolls       | advanced     | high   | sensual   | 123 | 4 | rose
body.arms_of_hers       | Her arms            | arm_styling     | beginner     | low    | playful   | 119 | 6 | gold
steps.styling_walk      | Styling walk        | style           | intermediate | medium | playful   | 129 | 3 | lagoon
steps.syncopated        | Syncopated footwork | footwork        | advanced     | high   | energetic | 133 | 5 | lagoon
steps.golpes            | Golpes              | golpes          | advanced     | high   | energetic | 130 | 2 | violet
frames.bow_out          | The bow             | outro           | beginner     | low    | romantic  | 122 | 3 | sunset
frames.embrace          | The embrace         | outro           | beginner     | low    | romantic  | 119 | 1 | rose
frames.dip              | The dip             | outro           | intermediate | medium | romantic  | 126 | 4 | violet
"""


def _read(table: str) -> tuple[Move, ...]:
    moves = []
    for row in table.strip().splitlines():
        source, name, label, difficulty, energy, style, tempo, preroll, palette = (
            cell.strip() for cell in row.split("|")
        )
        family, dance = source.split(".")
        moves.append(
            Move(
                f"{label}_{dance}",
                name,
                label,
                difficulty,
                energy,
                style,
                float(tempo),
                int(preroll),
                palette,
                family,
                dance,
            )
        )
    return tuple(moves)


MOVES: tuple[Move, ...] = _read(_TABLE)
"""In the order of the table."""

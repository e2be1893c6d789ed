"""The rig: feet land on their beats and rest, bones keep their lengths, hands that hold do meet."""

import numpy as np
import pytest

from samples.figures.bones import BUILDS
from samples.figures.curves import keyed, pulse, smoother
from samples.figures.duet import ROLES, Duet
from samples.figures.feet import SWING
from samples.figures.skeleton import pose
from samples.moves import MOVES
from samples.moves.vocabulary import open_hold

TEMPO = 125.0
FINE = 400.0
"""Poses per second: fine enough to see a foot arrive."""


def fine_pose(duet, begin=-0.4, end=None):
    beat = 60.0 / TEMPO
    last = duet.counts + 1.0 if end is None else end
    u = np.arange(begin, last, 1.0 / (FINE * beat))
    return u, pose(duet, u, FINE, beat)


@pytest.fixture(scope="module", params=MOVES, ids=lambda m: m.clip_id)
def danced(request):
    duet = request.param.choreograph()
    return duet, *fine_pose(duet)


def test_a_foot_lands_on_its_beat_and_not_before(danced):
    duet, u, bodies = danced
    for role in ROLES:
        for step in duet.steps[role].values():
            ball = bodies[role].feet[step.foot].ball
            # At the beat the foot is on the floor, still; an eighth of a beat earlier it is still in the air or moving.
            at = int(np.abs(u - step.u).argmin())
            earlier = int(np.abs(u - (step.u - 0.2)).argmin())
            assert ball[at, 1] == pytest.approx(0.0, abs=1e-4), (role, step)
            speed = np.linalg.norm(ball[at + 1] - ball[at]) * FINE
            assert speed < 0.02, (role, step, speed)
            if u[0] < step.u - 0.2:
                moving = np.linalg.norm(ball[earlier] - ball[at])
                assert moving > 0.004, (role, step)


def test_a_foot_that_has_landed_does_not_slide(danced):
    duet, u, bodies = danced
    for role in ROLES:
        for foot in ("L", "R"):
            steps = sorted((s for s in duet.steps[role].values() if s.foot == foot), key=lambda s: s.u)
            ball = bodies[role].feet[foot].ball
            for step, following in zip(steps, [*steps[1:], None], strict=True):
                until = following.u - SWING if following else u[-1]
                rest = ball[(u >= step.u) & (u <= until)]
                if len(rest):
                    assert np.ptp(rest, axis=0).max() < 1e-9, (role, step)


def test_they_move_less_on_the_counts_than_between(danced):
    duet, u, bodies = danced
    speed = sum(np.linalg.norm(np.diff(b.pelvis, axis=0), axis=1) for b in bodies.values())
    speed = speed + sum(np.linalg.norm(np.diff(b.feet[f].ball, axis=0), axis=1) for b in bodies.values() for f in "LR")
    middle = (u[1:] + u[:-1]) / 2
    dancing = (middle > -0.5) & (middle < duet.counts - 0.5)
    on = np.abs(middle - np.round(middle)) < 0.12
    assert speed[dancing & on].mean() < 0.8 * speed[dancing & ~on].mean()


def test_no_joint_ever_jumps(danced):
    _, u, bodies = danced
    seconds = (u[1] - u[0]) * 60.0 / TEMPO
    for role, body in bodies.items():
        joints = {"pelvis": body.pelvis, "chest": body.chest, "head": body.head}
        joints |= {f"{n}{s}": getattr(body, n)[s] for n in ("knee", "elbow", "hand") for s in ("L", "R")}
        for name, path in joints.items():
            fastest = np.linalg.norm(np.diff(path, axis=0), axis=1).max() / seconds
            assert fastest < 12.0, (role, name, fastest)


def test_bones_keep_their_lengths(danced):
    _, _, bodies = danced
    for role, body in bodies.items():
        build = BUILDS[role]
        for side in ("L", "R"):
            for a, b, length in (
                (body.hip[side], body.knee[side], build.thigh),
                (body.knee[side], body.feet[side].ankle, build.shin),
                (body.shoulder[side], body.elbow[side], build.upper_arm),
                (body.elbow[side], body.hand[side], build.forearm),
            ):
                assert np.linalg.norm(a - b, axis=1) == pytest.approx(length, abs=2e-3)


def test_feet_never_sink_and_legs_reach_them(danced):
    _, _, bodies = danced
    for role, body in bodies.items():
        for foot in body.feet.values():
            assert foot.ball[:, 1].min() >= 0.0, role
            # The ankle stays over its foot: the leg was never too short for the step.
            apart = np.linalg.norm((foot.ankle - foot.ball)[:, [0, 2]], axis=1)
            assert apart.max() < 0.30, role


def test_weight_is_on_the_stepping_foot_when_the_tap_falls():
    duet = Duet()
    open_hold(duet)
    duet.side_basic(1)
    u, bodies = fine_pose(duet)
    lead = bodies["lead"]
    four = int(np.abs(u - 3.0).argmin())
    to_left = np.linalg.norm((lead.pelvis - lead.feet["L"].ball)[four, [0, 2]])
    to_right = np.linalg.norm((lead.pelvis - lead.feet["R"].ball)[four, [0, 2]])
    assert to_left < to_right
    # The tapping heel is raised and its hip is up.
    assert lead.feet["R"].pitch[four] > 25.0
    assert lead.hip["R"][four, 1] > lead.hip["L"][four, 1]


def test_hands_that_hold_meet():
    duet = Duet()
    open_hold(duet)
    duet.side_basic(1)
    _, bodies = fine_pose(duet)
    for lead, follow in (("L", "R"), ("R", "L")):
        gap = np.linalg.norm(bodies["lead"].hand[lead] - bodies["follow"].hand[follow], axis=1)
        assert gap.max() < 0.02


def test_a_turn_turns():
    duet = Duet()
    duet.spin("follow", 1, -360.0)
    u, bodies = fine_pose(duet, begin=-1.1)
    yaw = bodies["follow"].yaw
    assert yaw[0] - yaw[np.abs(u - 2.0).argmin()] == pytest.approx(360.0, abs=0.5)


def test_curves_arrive_where_they_are_keyed():
    u = np.linspace(-1, 5, 601)
    value = keyed(u, [(0.0, 1.0), (2.0, 3.0), (4.0, -1.0)])
    assert [value[np.abs(u - t).argmin()] for t in (-1, 0, 2, 4, 5)] == pytest.approx([1, 1, 3, -1, -1])
    accent = pulse(u, [2.0])
    assert u[accent.argmax()] == pytest.approx(2.0)
    assert smoother(np.array([-1.0, 0.0, 1.0, 2.0])).tolist() == [0.0, 0.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="forward"):
        keyed(u, [(1.0, 0.0), (1.0, 1.0)])


def test_an_unknown_track_is_refused():
    with pytest.raises(KeyError):
        Duet().track("lead.altitude", {1: 1.0})

"""The same face keeps its name."""

import random
import re

import numpy as np
import pytest

from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.tracking import Tracker


def face(x: float, y: float = 200.0, size: float = 100.0, score: float = 0.9) -> Detection:
    """Return a face with its centre at x, y."""
    return Detection((x - size / 2, y - size / 2, size, size), score)


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(random.Random(1))


def names(tracker: Tracker, detections: list[Detection], stamp: float) -> list[str]:
    return [track.face_id for track in tracker.update(detections, stamp)]


def test_a_name_follows_the_face_that_moves(tracker):
    seen = {names(tracker, [face(100 + 12 * n)], n / 30)[0] for n in range(40)}
    assert len(seen) == 1


def test_names_look_as_rep_155_asks_and_come_from_the_given_chance():
    first, second = (Tracker(random.Random(5)) for _ in range(2))
    people = [face(100 * n) for n in range(1, 6)]
    given = names(first, people, 0.0)
    assert given == names(second, people, 0.0)
    assert all(re.fullmatch('[a-z][a-z0-9]{4}', name) for name in given)


def test_names_are_not_reused():
    class Stuck(random.Random):
        """Gives every number twice."""

        held = None

        def choice(self, letters):
            self.held, drawn = (None, self.held) if self.held else (super().choice(letters),) * 2
            return drawn

        def choices(self, letters, k):
            return ['0'] * k

    tracker = Tracker(Stuck(3))
    given = [names(tracker, [face(100)], 10.0 * n)[0] for n in range(8)]
    assert len(set(given)) == 8


def test_the_order_is_that_of_the_detections(tracker):
    a, b = names(tracker, [face(100), face(400)], 0.0)
    assert names(tracker, [face(402), face(101)], 0.1) == [b, a]


def test_only_faces_of_this_picture_are_returned(tracker):
    names(tracker, [face(100), face(400)], 0.0)
    assert len(tracker.update([face(100)], 0.1)) == 1
    assert tracker.update([], 0.2) == []


def test_a_short_miss_keeps_the_name_and_a_long_one_does_not(tracker):
    (name,) = names(tracker, [face(100)], 0.0)
    names(tracker, [], 0.5)
    assert names(tracker, [face(105)], 0.9) == [name]
    assert names(tracker, [face(105)], 2.0) != [name]


def test_a_miss_of_a_moving_face_is_bridged_by_its_motion(tracker):
    (name,) = {names(tracker, [face(100 + 300 * t)], t)[0] for t in np.arange(0, 0.5, 0.05)}
    assert names(tracker, [face(100 + 300 * 0.8)], 0.8) == [name]


@pytest.mark.parametrize('rate', [10, 30])
def test_two_faces_that_pass_each_other_keep_their_names(tracker, rate):
    first = names(tracker, [face(100, 180), face(500, 220)], 0.0)
    for n in range(1, 2 * rate):
        t = n / rate
        now = names(tracker, [face(100 + 200 * t, 180), face(500 - 200 * t, 220)], t)
        assert now == first, f'at {t:.2f} s'


def test_two_faces_keep_their_names_when_one_hides_the_other_for_a_moment(tracker):
    left, right = names(tracker, [face(100, 200), face(500, 200)], 0.0)
    for n in range(1, 60):
        t = n / 30
        a, b = face(100 + 200 * t), face(500 - 200 * t)
        hidden = abs(a.box[0] - b.box[0]) < 60
        now = names(tracker, [a] if hidden else [a, b], t)
    assert now == [left, right]


def test_a_face_far_away_or_of_another_size_is_another_one(tracker):
    (name,) = names(tracker, [face(100)], 0.0)
    assert names(tracker, [face(300)], 0.03) != [name]
    assert names(tracker, [face(100, size=250)], 0.06) != [name]


def test_a_slow_robot_still_follows_a_walking_person(tracker):
    seen = {names(tracker, [face(100 + 90 * n)], n / 2)[0] for n in range(5)}
    assert len(seen) == 1


def test_a_stamp_going_backwards_starts_over(tracker):
    (name,) = names(tracker, [face(100)], 100.0)
    (again,) = names(tracker, [face(100)], 3.0)
    assert again != name
    assert names(tracker, [face(100)], 3.1) == [again]


def test_the_same_stamp_twice_does_no_harm(tracker):
    assert names(tracker, [face(100)], 1.0) == names(tracker, [face(104)], 1.0)


def test_a_sure_face_is_reported_at_once_and_a_doubtful_one_when_seen_again(tracker):
    doubtful = face(400, score=0.5)
    assert len(tracker.update([face(100), doubtful], 0.0)) == 1
    assert len(tracker.update([face(100), doubtful], 0.1)) == 2


def test_a_sure_face_stays_reported_when_it_becomes_doubtful(tracker):
    (name,) = names(tracker, [face(100, score=0.9)], 0.0)
    assert names(tracker, [face(100, score=0.5)], 0.1) == [name]


def test_detector_jitter_among_twenty_faces_changes_no_name(tracker):
    rng = np.random.default_rng(0)
    places = [(80.0 * (n % 5) + 60, 80.0 * (n // 5) + 60) for n in range(20)]
    first = names(tracker, [face(x, y, 60) for x, y in places], 0.0)
    for n in range(1, 30):
        moved = [face(x + rng.normal(0, 3), y + rng.normal(0, 3), 60) for x, y in places]
        assert names(tracker, moved, n / 30) == first

import pytest

from cp_xception_ros.runtime.backoff import Backoff
from cp_xception_ros.runtime.pacing import Pacer


def test_waits_grow_up_to_the_limit():
    backoff = Backoff(first=0.5, factor=2, limit=3)
    assert [backoff.next() for _ in range(5)] == [0.5, 1, 2, 3, 3]


def test_a_success_starts_over():
    backoff = Backoff()
    backoff.next()
    backoff.next()
    backoff.reset()
    assert backoff.next() == 0.5


@pytest.mark.parametrize('values', [(0, 2, 10), (5, 2, 1), (1, 0.5, 10)])
def test_values_that_make_no_sense_are_refused(values):
    with pytest.raises(ValueError, match='back-off'):
        Backoff(*values)


class Clock:
    def __init__(self):
        self.now = 100.0
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(pytest.approx(seconds))
        self.now += seconds


def paced():
    clock = Clock()
    return clock, Pacer(patience=0.5, clock=clock, sleep=clock.sleep)


def test_items_wait_for_their_moment():
    clock, pacer = paced()
    for moment in (0.0, 0.1, 0.3):
        pacer.wait_for(moment)
    assert clock.slept == [0.1, 0.2]


def test_a_late_item_goes_at_once_and_the_schedule_holds():
    clock, pacer = paced()
    pacer.wait_for(0.0)
    clock.now += 0.25
    pacer.wait_for(0.1)
    pacer.wait_for(0.2)
    pacer.wait_for(0.3)
    assert clock.slept == [0.05]


def test_a_long_stall_moves_the_schedule_instead_of_a_rush():
    clock, pacer = paced()
    pacer.wait_for(0.0)
    clock.now += 60
    pacer.wait_for(0.1)
    pacer.wait_for(0.2)
    assert clock.slept == [0.1]


def test_stop_ends_the_wait():
    pacer = Pacer()
    pacer.stop()
    pacer.wait_for(0.0)
    pacer.wait_for(3600.0)

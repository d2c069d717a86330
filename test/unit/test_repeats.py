"""Lines for the log: each once in a while, few at a time."""

from cp_xception_ros.runtime.repeats import BURST, MOST, REMINDER, Repeats


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_text_is_said_once_and_again_after_a_while():
    clock = Clock()
    repeats = Repeats(clock)
    said = []
    for clock.now in (0.0, 1.0, 100.0, REMINDER - 1, REMINDER, REMINDER + 1):
        said.append(repeats.worth_saying('no camera'))
    assert said == [True, False, False, False, True, False]


def test_two_troubles_at_once_are_both_said():
    repeats = Repeats(Clock())
    assert [repeats.worth_saying(text) for text in 'abab'] == [True, True, False, False]


def test_a_text_that_is_never_the_same_does_not_fill_the_log():
    clock = Clock()
    repeats = Repeats(clock)
    assert sum(repeats.worth_saying(f'error {n}') for n in range(100)) == MOST
    clock.now = BURST
    assert repeats.worth_saying('error 100')

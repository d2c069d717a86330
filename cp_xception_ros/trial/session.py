"""Leads one person through the tasks: says what to pose, counts down, and reads the face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .plan import Task
from .take import NO_FACE, Take, answer_of, count_labels, mean_probabilities
from .texts import Texts
from .viewer import Look, Viewer

ATTEMPTS = 3
"""Times that an expression is asked for before a face that is not found counts as an answer."""
_LONGEST_SPEECH = 12.0  # seconds that anything waits for the voice
_REMINDER = 10.0  # seconds between two calls to come into view
_PRESENT = 3  # pictures in a row with a face: somebody is there


class Screen(Protocol):
    def show(self, look: Look, title: str, text: str, left: float) -> None:
        """Show a picture with what to do; `left`: seconds of the countdown, 0 for none."""
        ...

    def close(self) -> None: ...


class Voice(Protocol):
    def say(self, text: str) -> None:
        """Begin to say something; returns at once."""
        ...

    @property
    def speaking(self) -> bool: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Timing:
    """Seconds: to get ready for a condition, to get into an expression, and to hold it."""

    prepare: float = 6.0
    countdown: float = 3.0
    hold: float = 3.0

    def __post_init__(self) -> None:
        for name, least in (('prepare', 0.0), ('countdown', 0.0), ('hold', 0.1)):
            value = getattr(self, name)
            if not least <= value <= 60:
                raise ValueError(f'{name} {value:g}: must be {least:g} to 60 seconds')


class Session:
    """`on_look` gets every picture, `on_take` every result as soon as it is there."""

    def __init__(
        self,
        viewer: Viewer,
        screen: Screen,
        voice: Voice,
        texts: Texts,
        timing: Timing,
        on_look: Callable[[Look], None],
        on_take: Callable[[Take], None],
    ) -> None:
        self._viewer, self._screen, self._voice = viewer, screen, voice
        self._texts, self._timing = texts, timing
        self._on_look, self._on_take = on_look, on_take

    def run(self, person: str, tasks: Sequence[Task]) -> None:
        """Go through the tasks; raises EndOfSource or CameraError when the pictures end."""
        condition = ''
        for task in tasks:
            if task.condition != condition:
                condition = task.condition
                self._prepare(condition)
            self._on_take(self._do(person, task))
        self._announce('', self._texts.done)

    def _prepare(self, condition: str) -> None:
        text = self._texts.conditions[condition]
        self._wait_for_somebody()
        self._announce(condition, text)
        self._watch(self._timing.prepare, condition, text)

    def _do(self, person: str, task: Task) -> Take:
        """Ask for the expression, again where the face was lost; the last attempt counts."""
        text, attempt = self._texts.emotions[task.emotion], 0
        while True:
            attempt += 1
            self._wait_for_somebody()
            self._announce(task.emotion, text)
            self._watch(self._timing.countdown, task.emotion, text)
            self._voice.say(self._texts.hold)
            looks = self._watch(self._timing.hold, task.emotion.upper(), self._texts.hold)
            take = _take(person, task, looks, attempt)
            if take.answer != NO_FACE or attempt == ATTEMPTS:
                self._announce('', self._texts.relax)
                return take
            self._announce('', self._texts.again)

    def _wait_for_somebody(self) -> None:
        present, called = 0, None
        while present < _PRESENT:
            look = self._look('', '' if called is None else self._texts.nobody, 0.0)
            present = present + 1 if look.faces else 0
            if not look.faces and (called is None or look.time - called >= _REMINDER):
                called = look.time
                self._voice.say(self._texts.nobody)

    def _announce(self, title: str, text: str) -> None:
        """Say and show it until it is said."""
        self._voice.say(text)
        begun = self._look(title, text, 0.0).time
        while self._voice.speaking:
            if self._look(title, text, 0.0).time - begun > _LONGEST_SPEECH:
                return

    def _watch(self, seconds: float, title: str, text: str) -> list[Look]:
        """Show it for so long; return what was seen."""
        looks: list[Look] = []
        left = seconds
        while left > 0:
            looks.append(self._look(title, text, left))
            left = looks[0].time + seconds - looks[-1].time
        return looks

    def _look(self, title: str, text: str, left: float) -> Look:
        look = self._viewer.look()
        self._on_look(look)
        self._screen.show(look, title, text, left)
        return look


def _take(person: str, task: Task, looks: Sequence[Look], attempt: int) -> Take:
    faces = [look.faces for look in looks]
    labels = count_labels(faces)
    return Take(
        person=person,
        condition=task.condition,
        emotion=task.emotion,
        start=looks[0].time,
        end=looks[-1].time,
        labels=labels,
        answer=answer_of(labels),
        probabilities=mean_probabilities(faces),
        attempts=attempt,
    )

"""How right a replay is, by the labels of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..emotion.labels import EMOTIONS, UNCERTAIN
from .labels import Label, LabelError
from .people import OUT_OF_SIGHT, People, Person

ANSWERS = (*EMOTIONS, 'uncertain', 'no face')
_UNCERTAIN, _NO_FACE = len(EMOTIONS), len(EMOTIONS) + 1


@dataclass(frozen=True)
class Score:
    """Rates are 0 … 1 and None where there is nothing to count; times are in seconds.

    `confusion` counts pictures, (7, 9): rows are the labels, columns ANSWERS. A change is where a
    label follows another one, and the first label; `never` counts those without a right answer.
    """

    pictures: int
    confusion: np.ndarray
    frame_accuracy: float | None
    times_to_right: tuple[float, ...]
    never: int
    flicker: float | None

    @property
    def detection_rate(self) -> float | None:
        """Part of the labelled pictures in which the face was found."""
        return _rate(self.pictures - int(self.confusion[:, _NO_FACE].sum()), self.pictures)

    @property
    def accuracy(self) -> float | None:
        """Part of the found faces with the right label; an uncertain one is wrong."""
        found = self.confusion[:, :_NO_FACE]
        return _rate(int(np.trace(found[:, : len(EMOTIONS)])), int(found.sum()))

    @property
    def recall(self) -> dict[str, float]:
        """Part of the found faces with the right label, for each emotion that was labelled."""
        found = self.confusion[:, :_NO_FACE]
        return {
            name: float(found[row, row] / found[row].sum())
            for row, name in enumerate(EMOTIONS)
            if found[row].sum()
        }

    @property
    def time_to_right(self) -> float | None:
        """Median of the times from a change, or from the face's return, to the right label."""
        return float(np.median(self.times_to_right)) if self.times_to_right else None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            'labelled_pictures': self.pictures,
            'detection_rate': self.detection_rate,
            'accuracy': self.accuracy,
            'frame_accuracy': self.frame_accuracy,
            'recall': self.recall,
            'seconds_to_right_answer': {
                'median': self.time_to_right,
                'each': list(self.times_to_right),
                'never': self.never,
            },
            'changes_per_minute': self.flicker,
            'confusion': {
                name: dict(zip(ANSWERS, map(int, row), strict=True))
                for name, row in zip(EMOTIONS, self.confusion, strict=True)
            },
        }


def score(people: People, labels: Sequence[Label]) -> Score:
    """Compare what was seen with the labels, which are in the order of their times.

    Raises LabelError: a label names a face that was never seen.
    """
    times = people.times
    answers = {face: _answers(people, face) for face in dict.fromkeys(la.face for la in labels)}
    stretches = []
    last: dict[str, int] = {}
    for label in labels:
        inside = (times >= label.start) & (times < label.end)
        changed = last.get(label.face) != label.emotion
        stretches.append(_Stretch(label, changed, times[inside], *answers[label.face][:, inside]))
        last[label.face] = label.emotion
    return _add_up(stretches)


@dataclass(frozen=True)
class _Stretch:
    """The pictures of one label: their times, and the answers, smoothed and of each alone."""

    label: Label
    changed: bool
    times: np.ndarray
    answers: np.ndarray
    frames: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        return self.answers != _NO_FACE

    @property
    def wait(self) -> float | None:
        """Seconds to the first right answer; None where none came."""
        right = np.flatnonzero(self.answers == self.label.emotion)
        if not len(right):
            return None
        begin = self.label.start if self.seen[0] else self.times[self.seen][0]
        return float(self.times[right[0]] - begin)

    @property
    def minutes(self) -> float:
        steps = np.diff(self.times[self.seen])
        return float(steps[(steps > 0) & (steps <= OUT_OF_SIGHT)].sum()) / 60

    @property
    def changes(self) -> int:
        return int(np.count_nonzero(np.diff(self.answers[self.seen])))


def _add_up(stretches: Sequence[_Stretch]) -> Score:
    confusion = np.zeros((len(EMOTIONS), len(ANSWERS)), int)
    for stretch in stretches:
        row = np.bincount(stretch.answers, minlength=len(ANSWERS))
        confusion[stretch.label.emotion] += row
    found = sum(int(stretch.seen.sum()) for stretch in stretches)
    right = sum(int((stretch.frames == stretch.label.emotion).sum()) for stretch in stretches)
    waits = [stretch.wait for stretch in stretches if stretch.changed and stretch.seen.any()]
    minutes = sum(stretch.minutes for stretch in stretches)
    return Score(
        pictures=int(confusion.sum()),
        confusion=confusion,
        frame_accuracy=_rate(right, found),
        times_to_right=tuple(wait for wait in waits if wait is not None),
        never=waits.count(None),
        flicker=sum(stretch.changes for stretch in stretches) / minutes if minutes else None,
    )


def _answers(people: People, face: str) -> np.ndarray:
    """Return the label, and that of the picture alone, in each picture, (2, M), for one face."""
    chosen = [person for person in people.everybody() if face in _names(person)]
    if face and not chosen:
        known = ', '.join(f'{p.number} ({p.face_id})' for p in people.everybody()) or 'none'
        raise LabelError(f'labels: no face {face!r} was seen; there are: {known}')
    largest = people.largest
    answers = np.full((2, len(largest)), _NO_FACE, np.uint8)
    for person in chosen:
        pictures, both = person.pictures, np.stack([person.labels, person.frame_labels])
        counts = np.ones(len(person), bool) if face else largest[pictures] == person.number
        answers[:, pictures[counts]] = both[:, counts]
    answers[answers == UNCERTAIN] = _UNCERTAIN
    return answers


def _names(person: Person) -> tuple[str, ...]:
    """Return what a label may call the person; everybody may be the largest face."""
    return '', str(person.number), person.face_id


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None

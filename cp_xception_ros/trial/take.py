"""One posed expression, and how it was read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..emotion.labels import EMOTIONS, name_of
from ..pipeline import Seen

NO_FACE = 'no face'
ANSWERS = (*EMOTIONS, 'uncertain', NO_FACE)
SEEN_ENOUGH = 0.5
"""Part of the pictures in which a face must be found for an answer to count."""


@dataclass(frozen=True)
class Take:
    """`start` and `end` in seconds since the session's first picture.

    `labels` counts the pictures by their published label, those without a face among them.
    `answer` is the label of most of them; NO_FACE where too few had a face. `probabilities` is the
    mean over the pictures alone, unsmoothed, empty without a face. `attempts`: once more where the
    face was out of sight.
    """

    person: str
    condition: str
    emotion: str
    start: float
    end: float
    labels: dict[str, int]
    answer: str
    probabilities: tuple[float, ...]
    attempts: int = 1

    @property
    def right(self) -> bool:
        return self.answer == self.emotion

    @property
    def pictures(self) -> int:
        return sum(self.labels.values())

    @property
    def pictures_seen(self) -> int:
        return self.pictures - self.labels.get(NO_FACE, 0)

    @property
    def pictures_right(self) -> int:
        return self.labels.get(self.emotion, 0)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), 'probabilities': [round(p, 4) for p in self.probabilities]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> 'Take':
        """Read it back; raises TypeError or KeyError where something is missing."""
        return cls(**{**values, 'probabilities': tuple(values['probabilities'])})


def count_labels(pictures: Sequence[Sequence[Seen]]) -> dict[str, int]:
    """Return how many pictures have which label, by their largest face."""
    labels = [name_of(seen[0].reading.smoothed.label) if seen else NO_FACE for seen in pictures]
    return dict(Counter(labels))


def answer_of(labels: dict[str, int]) -> str:
    """Return the label of most pictures; of two with as many, the first in ANSWERS."""
    seen = sum(count for name, count in labels.items() if name != NO_FACE)
    if not seen or seen < SEEN_ENOUGH * sum(labels.values()):
        return NO_FACE
    return max(ANSWERS[:-1], key=lambda name: labels.get(name, 0))


def mean_probabilities(pictures: Sequence[Sequence[Seen]]) -> tuple[float, ...]:
    frames = [seen[0].reading.frame for seen in pictures if seen]
    return tuple(float(p) for p in np.mean(frames, axis=0)) if frames else ()

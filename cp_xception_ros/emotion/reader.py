"""From the faces of one picture to what each of them shows, now and smoothed over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .classifier import EmotionClassifier
from .smoothing import EmotionSmoother, Smoothed


@dataclass(frozen=True)
class Reading:
    """One face: `frame` is (7,), this picture alone; `smoothed` takes in the pictures before."""

    frame: np.ndarray
    smoothed: Smoothed


class EmotionReader:
    """Classifies all faces of a picture in one batch and smooths each by its name."""

    def __init__(self, classifier: EmotionClassifier, smoother: EmotionSmoother) -> None:
        self._classifier, self._smoother = classifier, smoother
        self.model = classifier.name

    def read(
        self, face_ids: Sequence[str], crops: Sequence[np.ndarray], stamp: float
    ) -> list[Reading]:
        """Return a reading for each face; crops are uint8, `stamp` is in seconds."""
        if not crops:
            return []
        probabilities = self._classifier.classify(crops)
        return [
            Reading(frame, self._smoother.update(face_id, frame, stamp))
            for face_id, frame in zip(face_ids, probabilities, strict=True)
        ]

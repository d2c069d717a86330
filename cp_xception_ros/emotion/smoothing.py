"""Steady emotions from flickering ones: an average over time, a threshold and hysteresis."""

from dataclasses import dataclass
import math

import numpy as np

from cp_xception_ros.emotion.labels import UNCERTAIN


@dataclass(frozen=True)
class Smoothed:
    """What is believed of a face after one more picture."""

    probabilities: np.ndarray  # float32 (7,), averaged over time, sum one
    label: int  # index into EMOTIONS, or UNCERTAIN
    confidence: float  # averaged probability of the likeliest emotion


@dataclass
class _Face:
    probabilities: np.ndarray
    label: int
    stamp: float


class EmotionSmoother:
    """Average each face's probabilities exponentially in time, and hold its label against noise.

    A label is left only when another emotion is ahead of it by `hysteresis`, or when it falls
    that far below `threshold`; UNCERTAIN is left when an emotion reaches `threshold`.
    """

    def __init__(
        self,
        time_constant: float = 0.5,
        threshold: float = 0.4,
        hysteresis: float = 0.08,
        forget_after: float = 2.0,
    ) -> None:
        """`time_constant` and `forget_after` in seconds, the others as probabilities.

        Raises ValueError naming the argument that is out of range.
        """
        _check('time_constant', time_constant, 0, math.inf)
        _check('threshold', threshold, 0, 1)
        _check('hysteresis', hysteresis, 0, 1)
        _check('forget_after', forget_after, 0, math.inf)
        self.time_constant = time_constant
        self.threshold = threshold
        self.hysteresis = hysteresis
        self.forget_after = forget_after
        self._faces: dict[str, _Face] = {}

    def update(self, face_id: str, probabilities: np.ndarray, stamp: float) -> Smoothed:
        """Add one picture of a face, probabilities (7,), taken at `stamp` seconds.

        After a gap longer than `forget_after`, or when the time runs backwards, the face begins
        anew. Faces that nobody has seen for that long are dropped.
        """
        self._forget(stamp)
        face = self._faces.get(face_id)
        if face is None or stamp < face.stamp:
            face = _Face(np.array(probabilities, np.float64), UNCERTAIN, stamp)
            self._faces[face_id] = face
        else:
            share = self._share(stamp - face.stamp)
            face.probabilities += share * (probabilities - face.probabilities)
            face.stamp = stamp
        face.label = self._choose(face)
        confidence = float(face.probabilities.max())
        return Smoothed(face.probabilities.astype(np.float32), face.label, confidence)

    def reset(self) -> None:
        """Forget all faces."""
        self._faces.clear()

    def __len__(self) -> int:
        return len(self._faces)

    def _share(self, elapsed: float) -> float:
        """Return the weight of the new picture: 1 - exp(-dt / tau)."""
        if self.time_constant == 0:
            return 1.0
        return -math.expm1(-elapsed / self.time_constant)

    def _forget(self, stamp: float) -> None:
        limit = self.forget_after
        gone = [key for key, face in self._faces.items() if abs(stamp - face.stamp) > limit]
        for key in gone:
            del self._faces[key]

    def _choose(self, face: _Face) -> int:
        best = int(face.probabilities.argmax())
        top = face.probabilities[best]
        if face.label == UNCERTAIN:
            return best if top >= self.threshold else UNCERTAIN
        if top < self.threshold - self.hysteresis:
            return UNCERTAIN
        ahead = top - face.probabilities[face.label]
        return best if ahead > self.hysteresis and top >= self.threshold else face.label


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f'{name} {value}: must be {low} to {high}')

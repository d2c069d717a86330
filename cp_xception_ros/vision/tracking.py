"""The same name for the same face from picture to picture."""

from collections.abc import Sequence
from dataclasses import dataclass
import math
import random
import string

import numpy as np

from .detection import Detection

_LETTERS = string.ascii_lowercase
_LETTERS_AND_DIGITS = string.ascii_lowercase + string.digits

_REACH = 0.6
"""How far from its predicted place a face may be found at once, in face widths …"""
_REACH_PER_SECOND = 2.0
"""… and how much farther per second since it was seen: a person can turn round or stop …"""
_LONGEST_REACH = 1.5
"""… but beyond this it is somebody else."""
_SIZE_RATIO = 1.8
"""A face that grows or shrinks more than this between two sightings is another one."""
_VELOCITY_TIME = 0.15
"""Seconds over which the velocity is averaged; detectors jitter by some pixels."""
_COASTING_TIME = 0.4
"""Seconds for which a face out of sight is taken to move on."""


@dataclass(frozen=True)
class Track:
    """A detection with the name of its face: [a-z][a-z0-9]{4}, random, as in REP-155."""

    face_id: str
    detection: Detection


class _Face:
    def __init__(self, face_id: str, detection: Detection, stamp: float) -> None:
        self.face_id = face_id
        self.place = _place(detection)
        self.velocity = np.zeros(2)
        self.seen = stamp
        self.sightings = 1

    def predicted(self, stamp: float) -> np.ndarray:
        """Return centre x, y and width (3,), pixels."""
        ahead = min(stamp - self.seen, _COASTING_TIME)
        return self.place + np.append(self.velocity * ahead, 0.0)

    def move(self, detection: Detection, stamp: float) -> None:
        place, elapsed = _place(detection), stamp - self.seen
        if elapsed > 0:
            weight = 1 - math.exp(-elapsed / _VELOCITY_TIME)
            self.velocity += weight * ((place - self.place)[:2] / elapsed - self.velocity)
        self.place, self.seen = place, stamp
        self.sightings += 1


class Tracker:
    """
    Joins detections to faces by predicted place and size, nearest first.

    A face keeps its name when it is missed for up to `max_age` seconds of the pictures' own time.
    One that is less sure than `sure_score` must be seen twice before it is reported, which keeps
    short false alarms out; a sure one is reported at once.
    """

    def __init__(
        self,
        rng: random.Random | None = None,
        max_age: float = 1.0,
        sure_score: float = 0.75,
    ) -> None:
        self._rng = rng or random.Random()
        self._max_age = max_age
        self._sure_score = sure_score
        self._faces: list[_Face] = []
        self._given: set[str] = set()
        self._stamp = -math.inf

    def update(self, detections: Sequence[Detection], stamp: float) -> list[Track]:
        """
        Return the faces of the picture taken at `stamp` seconds, in the order of `detections`.

        A stamp before the last one (a recording starts over) forgets all faces.
        """
        if stamp < self._stamp:
            self._faces.clear()
        self._stamp = stamp
        self._faces = [face for face in self._faces if stamp - face.seen <= self._max_age]
        matched = self._match(detections, stamp)
        seen = [
            self._see(matched.get(n), detection, stamp) for n, detection in enumerate(detections)
        ]
        return [
            Track(face.face_id, detection)
            for face, detection in zip(seen, detections, strict=True)
            if face.sightings > 1 or detection.score >= self._sure_score
        ]

    def _match(self, detections: Sequence[Detection], stamp: float) -> dict[int, _Face]:
        """Return the face of each matched detection, by the detection's number."""
        if not detections or not self._faces:
            return {}
        cost = _cost(self._faces, detections, stamp)
        matched: dict[int, _Face] = {}
        while math.isfinite(cost.min()):
            row, column = np.unravel_index(cost.argmin(), cost.shape)
            matched[int(column)] = self._faces[row]
            cost[row] = cost[:, column] = math.inf
        return matched

    def _see(self, face: _Face | None, detection: Detection, stamp: float) -> _Face:
        if face is None:
            face = _Face(self._new_id(), detection, stamp)
            self._faces.append(face)
        else:
            face.move(detection, stamp)
        return face

    def _new_id(self) -> str:
        while True:
            face_id = self._rng.choice(_LETTERS) + ''.join(
                self._rng.choices(_LETTERS_AND_DIGITS, k=4)
            )
            if face_id not in self._given:
                self._given.add(face_id)
                return face_id


def _place(detection: Detection) -> np.ndarray:
    x, y, width, height = detection.box
    return np.array([x + width / 2, y + height / 2, max(width, 1.0)])


def _cost(faces: Sequence[_Face], detections: Sequence[Detection], stamp: float) -> np.ndarray:
    """Return the distances (faces, detections) in face widths, infinite where out of reach."""
    expected = np.array([face.predicted(stamp) for face in faces])[:, None]
    found = np.array([_place(detection) for detection in detections])[None]
    width = (expected[..., 2] + found[..., 2]) / 2
    distance = np.linalg.norm((found - expected)[..., :2], axis=2) / width
    growth = np.abs(np.log(found[..., 2] / expected[..., 2]))
    unseen = np.array([[stamp - face.seen] for face in faces])
    reach = np.minimum(_REACH + _REACH_PER_SECOND * unseen, _LONGEST_REACH)
    possible = (distance <= reach) & (growth <= math.log(_SIZE_RATIO))
    return np.where(possible, distance + growth, math.inf)

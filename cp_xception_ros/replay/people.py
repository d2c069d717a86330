"""Everything that was seen of everybody, in as little memory as it takes."""

from array import array
from collections import Counter

import numpy as np

from ..emotion.labels import EMOTIONS, name_of
from ..emotion.reader import Reading
from ..vision.bags.pictures import SECOND
from .engine import Seen
from .thumbnails import Thumbnail, Thumbnails

OUT_OF_SIGHT = 1.0
"""Seconds between two sightings that are not counted as time in view."""
_MOST_ALBUMS = 24
"""Faces that crops are kept of: false alarms come by the hundred, and none is looked at."""
_GAP = 5.0
"""Usual distances of two pictures that make a gap."""
NOBODY = 0


class Person:
    """One face id. The arrays have an entry for each picture in which it was seen and read."""

    def __init__(self, number: int, face_id: str) -> None:
        self.number, self.face_id = number, face_id
        self._times, self._pictures = array('d'), array('I')
        self._labels, self._frame_labels = array('B'), array('B')
        self._probabilities = array('f')
        self.album: Thumbnails | None = Thumbnails()

    def add(self, time: float, picture: int, crop: np.ndarray, reading: Reading) -> None:
        """Take in one sighting, in the picture of that number at `time` seconds."""
        smoothed = reading.smoothed
        self._times.append(time)
        self._pictures.append(picture)
        self._labels.append(smoothed.label)
        self._frame_labels.append(int(reading.frame.argmax()))
        self._probabilities.frombytes(smoothed.probabilities.astype(np.float32).tobytes())
        if self.album is not None:
            self.album.add(Thumbnail(time, smoothed.label, smoothed.confidence, crop))

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times(self) -> np.ndarray:
        """Seconds since the recording's start, (N,)."""
        return np.array(self._times)

    @property
    def pictures(self) -> np.ndarray:
        """Numbers of the pictures, from 0, (N,)."""
        return np.array(self._pictures)

    @property
    def labels(self) -> np.ndarray:
        """Published labels, (N,): 0 … 6 or UNCERTAIN."""
        return np.array(self._labels)

    @property
    def frame_labels(self) -> np.ndarray:
        """Likeliest emotion of each picture alone, (N,)."""
        return np.array(self._frame_labels)

    @property
    def probabilities(self) -> np.ndarray:
        """Smoothed probabilities, float32 (N, 7)."""
        return np.array(self._probabilities, np.float32).reshape(-1, len(EMOTIONS))

    @property
    def seconds_in_view(self) -> float:
        steps = np.diff(self.times)
        return float(steps[(steps > 0) & (steps <= OUT_OF_SIGHT)].sum())

    @property
    def shares(self) -> dict[str, float]:
        """Return the part of the pictures with each label, the largest first."""
        counts = Counter(self._labels)
        return {name_of(label): count / len(self) for label, count in counts.most_common()}

    @property
    def changes_per_minute(self) -> float | None:
        """Return how often the label changes; None for a glimpse."""
        minutes = self.seconds_in_view / 60
        return int(np.count_nonzero(np.diff(self.labels))) / minutes if minutes else None


class People:
    """Faces in the order of their appearance, numbered from 1."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._numbers: dict[str, int] = {}
        self._times, self._largest = array('d'), array('I')
        self._start: int | None = None

    def add(self, seen: Seen) -> None:
        """Take in one picture."""
        time = self.elapsed(seen)
        for face in seen.faces:
            self._numbers.setdefault(face.face_id, len(self._numbers) + 1)
        for face, reading in zip(seen.faces, seen.readings, strict=False):
            self._person(face.face_id).add(time, len(self._times), face.crop, reading)
        self._times.append(time)
        self._largest.append(self.number(seen.faces[0].face_id) if seen.faces else NOBODY)

    def elapsed(self, seen: Seen) -> float:
        """Return the seconds from the recording of the first picture to that of this one."""
        if self._start is None:
            self._start = seen.time
        return (seen.time - self._start) / SECOND

    def number(self, face_id: str) -> int:
        return self._numbers[face_id]

    def everybody(self) -> list[Person]:
        return list(self._people.values())

    @property
    def times(self) -> np.ndarray:
        """Seconds since the start of each picture, (M,)."""
        return np.array(self._times)

    @property
    def largest(self) -> np.ndarray:
        """Number of the largest face in each picture, or NOBODY, (M,)."""
        return np.array(self._largest)

    @property
    def duration(self) -> float:
        """Seconds from the first picture to the last."""
        return self._times[-1] if self._times else 0.0

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """Return begin and length, in seconds, of the times without pictures."""
        steps = np.diff(self.times)
        if not len(steps):
            return []
        long = np.flatnonzero(steps > max(OUT_OF_SIGHT, _GAP * float(np.median(steps))))
        return [(self._times[place], float(steps[place])) for place in long]

    def _person(self, face_id: str) -> Person:
        if face_id not in self._people:
            self._people[face_id] = Person(self._numbers[face_id], face_id)
            self._thin_out()
        return self._people[face_id]

    def _thin_out(self) -> None:
        """Give up the crops of the face that was seen least, but not of the newest."""
        kept = [person for person in self._people.values() if person.album is not None]
        if len(kept) > _MOST_ALBUMS:
            min(kept[:-1], key=len).album = None

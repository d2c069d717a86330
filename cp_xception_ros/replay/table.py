"""What was seen as a table: a row for each face of each picture."""

import csv
from pathlib import Path
from types import TracebackType

from ..emotion.affect import valence_arousal
from ..emotion.labels import EMOTIONS, name_of
from ..vision.bags.pictures import SECOND
from ..vision.detection import clip_box
from .engine import Seen
from .people import People

HEAD = (
    *('time', 'stamp', 'face', 'face_id', 'x', 'y', 'width', 'height', 'score'),
    *('emotion', 'confidence'),
    *EMOTIONS,
    *(f'frame_{name}' for name in EMOTIONS),
    *('valence', 'arousal'),
)


class Table:
    """A CSV file; to be used as a context. Pictures without a face have no row."""

    def __init__(self, path: Path, people: People) -> None:
        self._path, self._people = path, people

    def __enter__(self) -> 'Table':
        self._file = self._path.open('w', newline='', encoding='utf-8')
        self._rows = csv.writer(self._file)
        self._rows.writerow(HEAD)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, seen: Seen) -> None:
        """Write the rows of a picture that `people` knows already."""
        height, width = seen.size
        for face, reading in zip(seen.faces, seen.readings, strict=False):
            smoothed = reading.smoothed
            figures = (
                smoothed.confidence,
                *smoothed.probabilities,
                *reading.frame,
                *valence_arousal(smoothed.probabilities),
            )
            confidence, *others = (f'{figure:.4f}' for figure in figures)
            self._rows.writerow(
                [
                    f'{self._people.elapsed(seen):.3f}',
                    f'{seen.stamp // SECOND}.{seen.stamp % SECOND:09d}',
                    self._people.number(face.face_id),
                    face.face_id,
                    *clip_box(face.detection.box, width, height),
                    f'{face.detection.score:.3f}',
                    name_of(smoothed.label),
                    confidence,
                    *others,
                ]
            )

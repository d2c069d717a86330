"""Pictures in files of their own: which there are, and how they become arrays."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import logging
from pathlib import Path

import cv2
import numpy as np

from cp_xception_ros.emotion.preprocess import to_input
from training.pictures import DataError, Pictures

SUFFIXES = ('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp')
NAMED = 20  # pictures that one warning names

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One picture file and what its name and folder say."""

    path: Path
    label: int
    usage: str
    subject: str = ''


def picture_files(folder: Path) -> list[Path]:
    """Return the folder's picture files by name, without hidden ones."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in found if not path.name.startswith('.'))


def subfolders(folder: Path) -> list[Path]:
    """Return the folder's visible folders by name."""
    found = (path for path in folder.iterdir() if path.is_dir())
    return sorted(path for path in found if not path.name.startswith('.'))


def read_colour(path: Path) -> np.ndarray:
    """Return a picture file as uint8 (H, W, 3) BGR. Raises DataError: it cannot be read."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise DataError(f'{path}: not a picture that can be read')
    return image


def whole_face(path: Path) -> np.ndarray:
    """Return a picture that is a face from edge to edge, as uint8 (48, 48)."""
    return to_input(read_colour(path))[0]


def load(
    entries: Iterable[Entry],
    face: Callable[[Path], np.ndarray | None],
    origin: str,
    left_out: Mapping[str, int],
) -> Pictures:
    """Read the files; those in which `face` finds none are named in a warning and counted.

    Raises DataError: there is no entry, a file cannot be read, or no picture shows a face.
    """
    from tqdm import tqdm

    entries = list(entries)
    if not entries:
        raise DataError(f'{origin}: no pictures')
    bar = tqdm(entries, desc='reading', unit='picture', leave=False, mininterval=0.5)
    found = [(entry, face(entry.path)) for entry in bar]
    faceless = [entry.path for entry, image in found if image is None]
    if faceless:
        _tell(origin, faceless, len(found))
        left_out = {**left_out, 'no face found': len(faceless)}
    kept = [(entry, image) for entry, image in found if image is not None]
    return _pictures(kept, origin, left_out)


def _tell(origin: str, faceless: list[Path], count: int) -> None:
    if len(faceless) == count:
        raise DataError(f'{origin}: no face found in any of {count} pictures, as {faceless[0]}')
    names = ', '.join(map(str, faceless[:NAMED]))
    more = f' and {len(faceless) - NAMED} more' if len(faceless) > NAMED else ''
    _log.warning(
        '%s: no face found in %d of %d pictures, which are left out: %s%s',
        origin, len(faceless), count, names, more,
    )  # fmt: skip


def _pictures(
    kept: list[tuple[Entry, np.ndarray]], origin: str, left_out: Mapping[str, int]
) -> Pictures:
    subjects = np.array([entry.subject for entry, _ in kept])
    return Pictures(
        np.stack([image for _, image in kept]),
        np.array([entry.label for entry, _ in kept]),
        np.array([entry.usage for entry, _ in kept]),
        subjects=subjects if (subjects != '').all() else None,
        origin=origin,
        left_out=left_out,
    )

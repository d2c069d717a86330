"""JAFFE: `KA.AN1.39.tiff` is the first angry picture of subject KA, the 39th of the set."""

from pathlib import Path
import re

from cp_xception_ros.emotion.labels import EMOTIONS
from training.pictures import WHOLE, DataError, Pictures
from training.readers.entries import Entry, load, picture_files
from training.readers.faces import FaceCutter

CODES = {
    'AN': 'anger', 'DI': 'disgust', 'FE': 'fear', 'HA': 'happiness',
    'SA': 'sadness', 'SU': 'surprise', 'NE': 'neutral',
}  # fmt: skip
NAME = re.compile(r'([A-Z]{2})\.([A-Z]{2})\d+\.\d+\.(?:tiff?|png|jpe?g|bmp)', re.IGNORECASE)


def is_jaffe(folder: Path) -> bool:
    """Tell whether a picture in the folder is named as JAFFE's are."""
    return any(NAME.fullmatch(path.name) for path in picture_files(folder))


def read_jaffe(folder: Path, cutter: FaceCutter) -> Pictures:
    """Read subject and expression from the names, and cut the faces out.

    Raises DataError naming the file: its name is not of JAFFE's form, or it is unreadable.
    """
    entries = [_entry(path) for path in picture_files(folder)]
    return load(entries, cutter, f'JAFFE, faces found by {cutter.name}', {})


def _entry(path: Path) -> Entry:
    match = NAME.fullmatch(path.name)
    expression = CODES.get(match[2].upper()) if match else None
    if match is None or expression is None:
        raise DataError(f'{path}: the name is not of the form KA.AN1.39.tiff ({", ".join(CODES)})')
    return Entry(path, EMOTIONS.index(expression), WHOLE, match[1].upper())

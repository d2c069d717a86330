"""Folders named by class: Kaggle's `train/angry/…` and `test/angry/…`, and `CK+48/anger/…`."""

from collections.abc import Iterator
from pathlib import Path
import re

from cp_xception_ros.emotion.labels import EMOTIONS
from training.pictures import WHOLE, DataError, Pictures
from training.readers.entries import Entry, load, picture_files, subfolders, whole_face

CONTEMPT = 'contempt'
SYNONYMS = {
    'angry': 'anger', 'disgusted': 'disgust', 'fearful': 'fear', 'happy': 'happiness',
    'sad': 'sadness', 'surprised': 'surprise',
}  # fmt: skip
NAMES = {*EMOTIONS, *SYNONYMS, CONTEMPT}
PARTS = {
    'train': 'Training', 'training': 'Training', 'test': 'Test',
    'val': 'Validation', 'valid': 'Validation', 'validation': 'Validation',
}  # fmt: skip
# Pictures of the widest-spread Kaggle tree keep the challenge's usage in their names:
# `test/angry/PrivateTest_10131363.jpg` beside `test/angry/PublicTest_….jpg`.
CHALLENGE_NAME = re.compile(r'(Training|PublicTest|PrivateTest)_')
# `S010_004_00000017.png`: subject, sequence, frame.
CK_NAME = re.compile(r'(S\d{3})_\d{3}_\d{8}')


def has_classes(folder: Path) -> bool:
    """Tell whether the folder holds folders named by class."""
    return any(path.name.lower() in NAMES for path in subfolders(folder))


def has_parts(folder: Path) -> bool:
    """Tell whether the folder holds `train`, `test` or `validation` with classes in them."""
    return any(has_classes(path) for path in _parts(folder))


def read_classes(folder: Path) -> Pictures:
    """Read folders named by class; CK+ names tell the subject.

    Raises DataError naming the folder or file: not a class, no picture in it, unreadable.
    """
    return _read(folder, [(folder, WHOLE)])


def read_parts(folder: Path) -> Pictures:
    """Read `train`, `test` and `validation` folders; raises as `read_classes`."""
    return _read(folder, [(part, PARTS[part.name.lower()]) for part in _parts(folder)])


def _parts(folder: Path) -> list[Path]:
    return [path for path in subfolders(folder) if path.name.lower() in PARTS]


def _read(folder: Path, parts: list[tuple[Path, str]]) -> Pictures:
    entries: list[Entry] = []
    contempt = 0
    for part, usage in parts:
        for place in subfolders(part):
            files = _files(place)
            name = place.name.lower()
            if name == CONTEMPT:
                contempt += len(files)
            else:
                entries += _entries(files, EMOTIONS.index(SYNONYMS.get(name, name)), usage)
    left_out = {CONTEMPT: contempt} if contempt else {}
    return load(entries, whole_face, _origin(folder, entries), left_out)


def _files(folder: Path) -> list[Path]:
    if folder.name.lower() not in NAMES:
        raise DataError(f'{folder}: not a class (allowed: {", ".join(sorted(NAMES))})')
    files = picture_files(folder)
    if not files:
        raise DataError(f'{folder}: no pictures of this class')
    return files


def _entries(files: list[Path], label: int, usage: str) -> Iterator[Entry]:
    for path in files:
        known = CHALLENGE_NAME.match(path.name)
        subject = CK_NAME.match(path.name)
        yield Entry(path, label, known[1] if known else usage, subject[1] if subject else '')


def _origin(folder: Path, entries: list[Entry]) -> str:
    of_ck = entries and all(entry.subject for entry in entries)
    return 'CK+48' if of_ck else f'folders of {folder.resolve().name}'

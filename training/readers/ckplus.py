"""CK+ as its makers give it: sequences from neutral to the peak of an expression.

Frames are in `cohn-kanade-images/S005/001/S005_001_00000001.png`; the 327 sequences with a label
(of 593) have `Emotion/S005/001/S005_001_00000011_emotion.txt`, which holds one number such as
`3.0000000e+00`.
"""

from pathlib import Path

from cp_xception_ros.emotion.labels import EMOTIONS
from training.pictures import WHOLE, DataError, Pictures
from training.readers.entries import Entry, load, picture_files
from training.readers.faces import FaceCutter

IMAGES = 'cohn-kanade-images'
LABELS = '*_emotion.txt'
CODES = (
    'neutral', 'anger', 'contempt', 'disgust', 'fear', 'happiness', 'sadness', 'surprise',
)  # fmt: skip
FRAMES = 3  # the last ones show the expression at its height


def is_ckplus(folder: Path) -> bool:
    """Tell whether the folder holds CK+'s sequences, or is that of the sequences itself."""
    return folder.name == IMAGES or (folder / IMAGES).is_dir()


def read_ckplus(folder: Path, cutter: FaceCutter) -> Pictures:
    """Read the last three frames of each labelled sequence; contempt has no class here.

    Raises DataError naming the file: no labels, a label that is not 0..7, no frames, unreadable.
    """
    root = folder.parent if folder.name == IMAGES else folder
    labels = sorted(path for path in root.rglob(LABELS) if not path.name.startswith('.'))
    if not labels:
        raise DataError(f'{root}: no {LABELS} files (Emotion_labels.zip) beside {IMAGES}')
    entries: list[Entry] = []
    contempt = 0
    for path in labels:
        expression, frames = _expression(path), _frames(root / IMAGES, path)
        if expression == 'contempt':
            contempt += len(frames)
        else:
            label, subject = EMOTIONS.index(expression), path.name.split('_')[0]
            entries += [Entry(frame, label, WHOLE, subject) for frame in frames]
    left_out = {'contempt': contempt} if contempt else {}
    return load(entries, cutter, f'CK+, faces found by {cutter.name}', left_out)


def _expression(path: Path) -> str:
    text = path.read_text(errors='replace').strip()
    try:
        return CODES[[float(code) for code in range(len(CODES))].index(float(text))]
    except ValueError:
        raise DataError(f'{path}: {text[:20]!r} is not 0..{len(CODES) - 1}') from None


def _frames(images: Path, label: Path) -> list[Path]:
    subject, sequence = label.name.split('_')[:2]
    folder = images / subject / sequence
    frames = picture_files(folder) if folder.is_dir() else []
    if not frames:
        raise DataError(f'{label}: no frames in {folder}')
    return frames[-FRAMES:]

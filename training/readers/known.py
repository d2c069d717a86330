"""Readers of the data sets; `read_pictures` finds out which one a file or folder holds."""

from collections.abc import Callable
from pathlib import Path

from cp_xception_ros.vision.detector import make_detector
from training.pictures import DataError, Pictures
from training.readers.ckplus import is_ckplus, read_ckplus
from training.readers.entries import subfolders
from training.readers.faces import FaceCutter
from training.readers.fer2013 import FILE, read_fer2013
from training.readers.jaffe import is_jaffe, read_jaffe
from training.readers.tree import has_classes, has_parts, read_classes, read_parts

KNOWN = (
    f'{FILE}, class folders (train/angry/…), CK+48, '
    'CK+ (cohn-kanade-images and Emotion) or JAFFE (KA.AN1.39.tiff)'
)
Reader = Callable[[], Pictures]


def read_pictures(path: Path, detector: str = 'auto') -> Pictures:
    """Read a data set from its file, its folder, or the folder that holds it alone.

    `detector` names the one that cuts faces out of CK+'s and JAFFE's portraits, as for the robot:
    auto, yunet, cascade or a path ending in .onnx.

    Raises DataError: no known set, several, or a fault in it, named with its file; DetectorError;
    OSError: no such path.
    """
    if path.is_file():
        return read_fer2013(path)
    inside = [path, *subfolders(path)]
    readers = {place: reader for place in inside if (reader := _reader(place, detector))}
    if path in readers:
        return readers[path]()
    if not readers:
        raise DataError(f'{path}: nothing in it is {KNOWN}')
    if len(readers) > 1:
        raise DataError(f'{path}: several data sets ({", ".join(p.name for p in readers)})')
    return next(iter(readers.values()))()


def _reader(folder: Path, detector: str) -> Reader | None:
    def cutter() -> FaceCutter:
        return FaceCutter(make_detector(detector))

    if (folder / FILE).is_file():
        return lambda: read_fer2013(folder)
    if is_ckplus(folder):
        return lambda: read_ckplus(folder, cutter())
    if has_parts(folder):
        return lambda: read_parts(folder)
    if has_classes(folder):
        return lambda: read_classes(folder)
    return (lambda: read_jaffe(folder, cutter())) if is_jaffe(folder) else None

"""A camera's calibration: from a file of camera_calibration, or a plausible one without."""

from dataclasses import dataclass
import math
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

# SDFormat's default for a simulated camera (1.047 rad); ordinary webcams have 55 to 70 degrees.
DEFAULT_FOV = 60.0
# How many coefficients each distortion model has that image_geometry knows.
COEFFICIENTS = {'plumb_bob': 5, 'rational_polynomial': 8, 'equidistant': 4}


class CalibrationError(ValueError):
    """The calibration cannot be used; one line that names the file and what is wrong with it."""


@dataclass(frozen=True)
class Calibration:
    """The fields of sensor_msgs/CameraInfo; matrices row by row, in pixels.

    `k` and `r` have 9 numbers, `p` 12, `d` as many as the distortion model has coefficients.
    """

    width: int
    height: int
    camera_name: str
    distortion_model: str
    d: tuple[float, ...]
    k: tuple[float, ...]
    r: tuple[float, ...]
    p: tuple[float, ...]

    def mismatch(self, width: int, height: int) -> str | None:
        """A warning for pictures that are not of the calibrated size, else None.

        A calibration is not scaled: a camera may crop, not shrink, for its smaller sizes.
        """
        if (width, height) == (self.width, self.height):
            return None
        return (
            f'the calibration of {self.camera_name} is for {self.width}x{self.height}, the '
            f'pictures are {width}x{height}: calibrate at that size, or change it'
        )


def load_calibration(url: str) -> Calibration:
    """Read a file:// URL or a path, in the YAML that camera_calibration writes.

    A package:// URL needs ROS to resolve it, so that is left to the caller; raises
    CalibrationError.
    """
    path = _path(url)
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CalibrationError(f'calibration {path}: {reason}') from None
    except UnicodeDecodeError:
        raise CalibrationError(f'calibration {path}: not a text file') from None
    except yaml.YAMLError as error:
        raise CalibrationError(f'calibration {path}: not YAML{_line_of(error)}') from None
    return parse_calibration(content, f'calibration {path}')


def parse_calibration(content: Any, name: str) -> Calibration:
    """The content of a calibration file; `name` begins the error messages."""
    if not isinstance(content, dict):
        raise CalibrationError(f'{name}: not a list of keys and values')
    model = str(_get(content, 'distortion_model', name))
    coefficients = COEFFICIENTS.get(model)
    if coefficients is None:
        raise CalibrationError(
            f"{name}: distortion_model '{model}' is not one of {', '.join(COEFFICIENTS)}"
        )
    return Calibration(
        width=_pixels(content, 'image_width', name),
        height=_pixels(content, 'image_height', name),
        camera_name=str(content.get('camera_name', 'camera')),
        distortion_model=model,
        d=_matrix(content, 'distortion_coefficients', (1, coefficients), name),
        k=_matrix(content, 'camera_matrix', (3, 3), name),
        r=_matrix(content, 'rectification_matrix', (3, 3), name),
        p=_matrix(content, 'projection_matrix', (3, 4), name),
    )


def plausible_pinhole(
    width: int, height: int, horizontal_fov: float = DEFAULT_FOV, camera_name: str = 'camera'
) -> Calibration:
    """Square pixels, no distortion, looking through the middle; `horizontal_fov` in degrees.

    The focal length is width / (2 tan(fov / 2)), as in the pinhole model.
    """
    if width < 1 or height < 1 or not 0 < horizontal_fov < 180:
        raise ValueError(f'no camera has {width}x{height} pixels and {horizontal_fov} degrees')
    focal = width / (2 * math.tan(math.radians(horizontal_fov) / 2))
    # The middle of a picture lies between pixels: the first pixel's centre is at 0.
    cx, cy = (width - 1) / 2, (height - 1) / 2
    return Calibration(
        width=width,
        height=height,
        camera_name=camera_name,
        distortion_model='plumb_bob',
        d=(0.0,) * 5,
        k=(focal, 0.0, cx, 0.0, focal, cy, 0.0, 0.0, 1.0),
        r=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        p=(focal, 0.0, cx, 0.0, 0.0, focal, cy, 0.0, 0.0, 0.0, 1.0, 0.0),
    )


def _path(url: str) -> Path:
    scheme = url.partition('://')[0] if '://' in url else ''
    if scheme not in ('', 'file'):
        raise CalibrationError(f"calibration {url}: '{scheme}://' cannot be read here, use a file")
    return Path(unquote(urlsplit(url).path) if scheme else url).expanduser()


def _line_of(error: yaml.YAMLError) -> str:
    mark = getattr(error, 'problem_mark', None)
    return f' (line {mark.line + 1})' if mark else ''


def _get(content: dict[str, Any], key: str, name: str) -> Any:
    if key not in content:
        raise CalibrationError(f'{name}: {key} is missing')
    return content[key]


def _pixels(content: dict[str, Any], key: str, name: str) -> int:
    value = _get(content, key, name)
    if not isinstance(value, int) or value < 1:
        raise CalibrationError(f'{name}: {key}={value!r} is not a number of pixels')
    return value


def _matrix(
    content: dict[str, Any], key: str, shape: tuple[int, int], name: str
) -> tuple[float, ...]:
    """The numbers of a {rows, cols, data} entry; the data alone decide, as in ROS's own reader."""
    entry = _get(content, key, name)
    data = entry.get('data') if isinstance(entry, dict) else None
    expected = shape[0] * shape[1]
    if not isinstance(data, list) or len(data) != expected:
        found = f'{len(data)}' if isinstance(data, list) else 'no'
        size = f'{shape[0]}x{shape[1]}'
        raise CalibrationError(f'{name}: {key} has {found} numbers, not {expected} ({size})')
    try:
        numbers = tuple(float(value) for value in data)
    except (TypeError, ValueError):
        raise CalibrationError(f'{name}: {key} holds something that is not a number') from None
    if not all(math.isfinite(number) for number in numbers):
        raise CalibrationError(f'{name}: {key} holds a number that is not finite')
    return numbers

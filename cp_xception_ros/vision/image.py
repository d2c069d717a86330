"""Between the bytes of ROS picture messages and uint8 BGR arrays."""

from typing import Any

import cv2
import numpy as np

from .encodings import ENCODINGS, to_bgr
from .picture_size import picture_size

MAX_PIXELS = 64_000_000
"""No camera of a robot makes more; a corrupt header easily claims it."""


class ImageError(ValueError):
    """A picture that cannot be decoded; the text names what is wrong with it."""


class UnsupportedEncoding(ImageError):
    """An encoding outside the fast path; cv_bridge may know it."""


def decode_raw(
    data: Any, encoding: str, height: int, width: int, step: int, big_endian: bool = False
) -> np.ndarray:
    """
    Return the pixels of a `sensor_msgs/Image` as uint8 BGR (height, width, 3).

    `data` is any buffer of bytes, `step` the length of a row in bytes, padding included;
    `big_endian` matters to 16-bit encodings, which lose all but their eight highest used bits. The
    result shares the memory of `data` for bgr8 and is then read-only where `data` is.
    Raises UnsupportedEncoding, or ImageError when the numbers do not fit together.
    """
    known = ENCODINGS.get(encoding)
    if known is None:
        raise UnsupportedEncoding(
            f'encoding {encoding!r} is not supported (supported: {", ".join(ENCODINGS)})'
        )
    pixels = _flat_bytes(data)
    what = f'{encoding} picture of width {width}, height {height}, step {step}'
    row = width * known.pixel_bytes
    _check_layout(what, height, width, step, row, len(pixels))
    if known.paired and width % 2:  # not every OpenCV notices
        raise ImageError(f'{what}: the width must be even')
    try:
        return to_bgr(pixels.reshape(height, step)[:, :row], known, big_endian)
    except cv2.error as error:
        raise ImageError(f'{what}: {error.err}') from None


def _flat_bytes(data: Any) -> np.ndarray:
    try:
        return np.frombuffer(data, np.uint8)
    except (TypeError, ValueError, BufferError) as error:
        raise ImageError(f'the picture data is no buffer of bytes: {error}') from None


def _check_layout(what: str, height: int, width: int, step: int, row: int, length: int) -> None:
    _check_size(what, width, height)
    if step < row:
        raise ImageError(f'{what}: a row needs a step of at least {row} bytes')
    if length != step * height:
        raise ImageError(f'{what}: expected {step * height} bytes of data, got {length}')


def _check_size(what: str, width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise ImageError(f'{what}: it has no pixels')
    if width * height > MAX_PIXELS:
        raise ImageError(f'{what}: {width * height} pixels are more than the {MAX_PIXELS} allowed')


def decode_compressed(data: Any, format: str) -> np.ndarray:
    """
    Return the pixels of a `sensor_msgs/CompressedImage` as uint8 BGR (H,W,3).

    `format` is that of the message: 'jpeg', 'png', or the longer form of
    compressed_image_transport such as 'rgb8; jpeg compressed bgr8'. JPEG and PNG files say
    themselves what their colours mean, so the encodings in it do not matter. Raises
    UnsupportedEncoding (compressedDepth, other codecs) or ImageError.
    """
    _check_format(format)
    encoded = _flat_bytes(data)
    what = f'compressed picture of format {format!r}, {len(encoded)} bytes'
    size = picture_size(encoded.tobytes())
    if size is None:
        raise ImageError(f'{what}: the data is neither JPEG nor PNG, or is cut short')
    _check_size(what, *size)
    try:
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise ImageError(f'{what}: {error.err}') from None
    if image is None:
        raise ImageError(f'{what}: the data is damaged')
    return np.asarray(image)


def _check_format(format: str) -> None:
    words = format.lower().replace(';', ' ').split()
    if 'compresseddepth' in words:
        raise UnsupportedEncoding(
            f'format {format!r} holds distances; subscribe to a colour picture (jpeg or png)'
        )
    if not {'jpeg', 'jpg', 'png'} & set(words):
        raise UnsupportedEncoding(f'format {format!r} is not supported (supported: jpeg, png)')


def encode_jpeg(bgr: np.ndarray, quality: int = 80) -> bytes:
    """Return the JPEG file of a uint8 (H,W,3) BGR or (H,W) grey picture; `quality` is 1 … 100."""
    if not 1 <= quality <= 100:
        raise ValueError(f'JPEG quality {quality} is outside 1 … 100')
    try:
        _, encoded = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise ImageError(
            f'a picture of shape {bgr.shape} cannot be encoded: {error.err}'
        ) from None
    return encoded.tobytes()

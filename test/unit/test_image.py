"""Picture messages to arrays and back, with every lie a header can tell."""

import array
import contextlib

import cv2
import numpy as np
import pytest

from cp_xception_ros.vision.encodings import ENCODINGS
from cp_xception_ros.vision.image import (
    ImageError,
    UnsupportedEncoding,
    decode_compressed,
    decode_raw,
    encode_jpeg,
)

COLOUR = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
GREY = COLOUR[..., 0]


def padded(rows: np.ndarray, padding: int) -> tuple[bytes, int]:
    """Return the bytes of a picture whose rows are `padding` bytes longer, and its step."""
    flat = rows.reshape(len(rows), -1)
    wide = np.pad(flat, ((0, 0), (0, padding)), constant_values=77)
    return wide.tobytes(), wide.shape[1]


def alpha(picture: np.ndarray) -> np.ndarray:
    return np.dstack([picture, np.full(picture.shape[:2], 9, np.uint8)])


@pytest.mark.parametrize('padding', [0, 1, 13])
@pytest.mark.parametrize(
    ('encoding', 'pixels', 'expected'),
    [
        ('bgr8', COLOUR, COLOUR),
        ('rgb8', COLOUR[..., ::-1], COLOUR),
        ('mono8', GREY, np.dstack([GREY] * 3)),
        ('bgra8', alpha(COLOUR), COLOUR),
        ('rgba8', alpha(COLOUR[..., ::-1]), COLOUR),
    ],
)
def test_raw_pictures_become_bgr(encoding, pixels, expected, padding):
    data, step = padded(pixels, padding)
    image = decode_raw(data, encoding, 5, 7, step)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, expected)


def shades(bits: int) -> np.ndarray:
    """Return a picture that uses `bits` of its 16."""
    return np.linspace(0, 2**bits - 1, 35).astype(np.uint16).reshape(5, 7)


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('bits', [8, 10, 12, 16])
def test_sixteen_bits_keep_the_eight_that_are_used(bits, big_endian):
    values = shades(bits)
    data, step = padded(values.astype('>u2' if big_endian else '<u2').view(np.uint8), 3)
    image = decode_raw(data, 'mono16', 5, 7, step, big_endian)
    np.testing.assert_array_equal(image, np.dstack([values >> (bits - 8)] * 3))


@pytest.mark.parametrize(('encoding', 'order'), [('bgr16', 1), ('rgb16', -1)])
def test_sixteen_bit_colours_become_bgr(encoding, order):
    deep = COLOUR[..., ::order].astype('<u2') << 8
    np.testing.assert_array_equal(decode_raw(deep.tobytes(), encoding, 5, 7, 42), COLOUR)


def test_a_black_sixteen_bit_picture_stays_black():
    assert not decode_raw(bytes(70), 'mono16', 5, 7, 14).any()


def halves(encoding: str) -> np.ndarray:
    """Return red above blue as 4:2:2; values of BT.601 in video range."""
    red, blue = (82, 90, 240), (41, 240, 110)
    rows = []
    for y, u, v in (red, blue):
        pair = [y, u, y, v] if encoding in ('yuyv', 'yuv422_yuy2') else [u, y, v, y]
        rows += [pair * 4] * 4
    return np.array(rows, np.uint8)


@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize('encoding', ['yuv422_yuy2', 'yuyv', 'yuv422', 'uyvy'])
def test_yuv422_has_its_colours_in_their_places(encoding, padding):
    data, step = padded(halves(encoding), padding)
    image = decode_raw(data, encoding, 8, 8, step).astype(int)
    assert np.abs(image[:4] - (0, 0, 255)).max() < 12
    assert np.abs(image[4:] - (255, 0, 0)).max() < 12


def test_yuv422_of_an_odd_width_is_refused():
    with pytest.raises(ImageError, match='yuv422_yuy2 picture of width 7'):
        decode_raw(bytes(14 * 6), 'yuv422_yuy2', 6, 7, 14)


@pytest.mark.parametrize('bits', [8, 16])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_bayer_patterns_become_their_colours(pattern, bits):
    bgr = {'b': 30, 'g': 120, 'r': 220}
    cell = np.array([bgr[letter] for letter in pattern]).reshape(2, 2)
    mosaic = np.tile(cell, (6, 6)).astype('<u2' if bits == 16 else np.uint8) << (bits - 8)
    data, step = padded(mosaic.view(np.uint8), 2)
    image = decode_raw(data, f'bayer_{pattern}{bits}', 12, 12, step)
    np.testing.assert_array_equal(image[4:8, 4:8], np.broadcast_to([30, 120, 220], (4, 4, 3)))


@pytest.mark.parametrize('encoding', sorted(ENCODINGS))
def test_every_encoding_takes_a_picture_of_one_pixel_or_refuses_it(encoding):
    size = ENCODINGS[encoding].pixel_bytes
    with contextlib.suppress(ImageError):
        assert decode_raw(bytes(size), encoding, 1, 1, size).shape == (1, 1, 3)


def test_a_tight_bgr8_picture_is_not_copied():
    data = array.array('B', COLOUR.tobytes())
    image = decode_raw(data, 'bgr8', 5, 7, 21)
    assert np.shares_memory(image, np.frombuffer(data, np.uint8))


@pytest.mark.parametrize(
    ('height', 'width', 'step', 'length', 'words'),
    [
        (0, 7, 21, 0, ['bgr8', 'height 0', 'no pixels']),
        (5, 0, 0, 0, ['width 0', 'no pixels']),
        (5, 7, 20, 100, ['step 20', 'at least 21']),
        (5, 7, 0, 105, ['step 0', 'at least 21']),
        (5, 7, 21, 104, ['expected 105 bytes', 'got 104']),
        (5, 7, 21, 106, ['expected 105 bytes', 'got 106']),
        (5, 7, 21, 0, ['got 0']),
        (5, 7, 2**31, 105, ['step 2147483648']),
        (100_000, 100_000, 300_000, 105, ['width 100000', '10000000000 pixels']),
        (2**32 - 1, 2**32 - 1, 2**32 - 1, 1, ['more than']),
    ],
)
def test_a_header_that_lies_is_refused_with_its_numbers(height, width, step, length, words):
    with pytest.raises(ImageError) as caught:
        decode_raw(bytes(length), 'bgr8', height, width, step)
    message = str(caught.value)
    assert '\n' not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize('encoding', ['32FC1', '16UC1', '', 'BGR8'])
def test_an_encoding_outside_the_fast_path_is_named_with_those_inside(encoding):
    with pytest.raises(UnsupportedEncoding) as caught:
        decode_raw(bytes(105), encoding, 5, 7, 21)
    assert repr(encoding) in str(caught.value)
    assert 'bgr8, rgb8, mono8, bgra8, rgba8' in str(caught.value)


def test_data_that_is_no_buffer_is_refused():
    with pytest.raises(ImageError, match='no buffer'):
        decode_raw('text', 'bgr8', 5, 7, 21)


@pytest.mark.parametrize(
    ('extension', 'format'),
    [
        ('.jpg', 'jpeg'),
        ('.jpg', 'jpg'),
        ('.jpg', 'rgb8; jpeg compressed bgr8'),
        ('.jpg', 'bgr8; jpeg compressed bgr8'),
        ('.png', 'png'),
        ('.png', 'rgb8; png compressed '),
    ],
)
def test_compressed_pictures_become_bgr_whatever_their_format_says(extension, format):
    picture = np.full((40, 60, 3), (200, 100, 20), np.uint8)
    data = array.array('B', cv2.imencode(extension, picture)[1].tobytes())
    image = decode_compressed(data, format)
    assert image.shape == picture.shape
    assert np.abs(image.astype(int) - picture).max() <= 3


def test_a_grey_jpeg_becomes_bgr():
    data = cv2.imencode('.jpg', np.full((16, 16), 80, np.uint8))[1].tobytes()
    assert decode_compressed(data, 'mono8; jpeg compressed mono8').shape == (16, 16, 3)


@pytest.mark.parametrize('format', ['16UC1; compressedDepth png', 'h264', 'tiff', ''])
def test_other_codecs_are_named(format):
    with pytest.raises(UnsupportedEncoding) as caught:
        decode_compressed(b'123', format)
    assert repr(format) in str(caught.value)


@pytest.mark.parametrize('data', [b'', b'hello', b'\xff\xd8', b'\xff\xd8\xff\xff\xff', b'\x89PNG'])
def test_data_that_is_no_picture_is_refused(data):
    with pytest.raises(ImageError, match=f'{len(data)} bytes'):
        decode_compressed(data, 'jpeg')


def test_every_jpeg_cut_short_or_spoilt_gives_a_picture_or_an_image_error():
    whole = encode_jpeg(np.dstack([GREY] * 3))
    rng = np.random.default_rng(0)
    for _ in range(200):
        spoilt = bytearray(whole[: rng.integers(len(whole))])
        for place in rng.integers(0, max(1, len(spoilt)), 3):
            spoilt[place : place + 1] = rng.bytes(1)
        with contextlib.suppress(ImageError):
            assert decode_compressed(bytes(spoilt), 'jpeg').ndim == 3


def test_a_giant_size_in_a_file_is_refused_before_it_is_decoded():
    png = bytearray(cv2.imencode('.png', GREY)[1].tobytes())
    png[16:24] = (60_000).to_bytes(4, 'big') * 2
    with pytest.raises(ImageError, match='3600000000 pixels'):
        decode_compressed(bytes(png), 'png')
    jpeg = bytearray(encode_jpeg(GREY))
    size = jpeg.index(b'\xff\xc0') + 5
    jpeg[size : size + 4] = (60_000).to_bytes(2, 'big') * 2
    with pytest.raises(ImageError, match='3600000000 pixels'):
        decode_compressed(bytes(jpeg), 'jpeg')


def test_jpeg_there_and_back_keeps_the_picture():
    picture = cv2.GaussianBlur(np.tile(GREY, (8, 8)), (0, 0), 3)
    back = decode_compressed(encode_jpeg(picture, 95), 'jpeg')
    assert np.abs(back[..., 0].astype(int) - picture).max() <= 4


@pytest.mark.parametrize('quality', [0, 101])
def test_a_jpeg_quality_out_of_range_is_named(quality):
    with pytest.raises(ValueError, match=str(quality)):
        encode_jpeg(COLOUR, quality)


def test_an_empty_picture_cannot_be_encoded():
    with pytest.raises(ImageError, match='shape'):
        encode_jpeg(np.zeros((0, 0, 3), np.uint8))

"""The encodings of sensor_msgs/Image that are known without cv_bridge."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Encoding:
    """How one pixel lies in the data; `to_bgr` is OpenCV's code, None where it is BGR already."""

    channels: int
    to_bgr: int | None
    bits: int = 8
    paired: bool = False  # two pixels share their colours

    @property
    def pixel_bytes(self) -> int:
        return self.channels * self.bits // 8


# 4:2:2 has two values for each pixel: its brightness and, in turn, one of the two colours. ROS
# names Bayer patterns by the first row's pixels, OpenCV by the second row's second and third.
ENCODINGS = {
    'bgr8': Encoding(3, None),
    'rgb8': Encoding(3, cv2.COLOR_RGB2BGR),
    'mono8': Encoding(1, cv2.COLOR_GRAY2BGR),
    'bgra8': Encoding(4, cv2.COLOR_BGRA2BGR),
    'rgba8': Encoding(4, cv2.COLOR_RGBA2BGR),
    'yuv422_yuy2': Encoding(2, cv2.COLOR_YUV2BGR_YUY2, paired=True),
    'yuyv': Encoding(2, cv2.COLOR_YUV2BGR_YUY2, paired=True),
    'yuv422': Encoding(2, cv2.COLOR_YUV2BGR_UYVY, paired=True),
    'uyvy': Encoding(2, cv2.COLOR_YUV2BGR_UYVY, paired=True),
    'bayer_rggb8': Encoding(1, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': Encoding(1, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': Encoding(1, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': Encoding(1, cv2.COLOR_BayerGB2BGR),
    'mono16': Encoding(1, cv2.COLOR_GRAY2BGR, 16),
    'bgr16': Encoding(3, None, 16),
    'rgb16': Encoding(3, cv2.COLOR_RGB2BGR, 16),
    'bgra16': Encoding(4, cv2.COLOR_BGRA2BGR, 16),
    'rgba16': Encoding(4, cv2.COLOR_RGBA2BGR, 16),
    'bayer_rggb16': Encoding(1, cv2.COLOR_BayerBG2BGR, 16),
    'bayer_bggr16': Encoding(1, cv2.COLOR_BayerRG2BGR, 16),
    'bayer_gbrg16': Encoding(1, cv2.COLOR_BayerGR2BGR, 16),
    'bayer_grbg16': Encoding(1, cv2.COLOR_BayerGB2BGR, 16),
    # What writers without a choice of colours leave; OpenCV's order.
    '8UC1': Encoding(1, cv2.COLOR_GRAY2BGR),
    '8UC3': Encoding(3, None),
    '8UC4': Encoding(4, cv2.COLOR_BGRA2BGR),
}


def to_bgr(pixels: np.ndarray, encoding: Encoding, big_endian: bool) -> np.ndarray:
    """
    Return rows of bytes, uint8 (height, width * pixel_bytes), as uint8 BGR (height, width, 3).

    Raises cv2.error: the size does not suit the encoding.
    """
    height = len(pixels)
    if encoding.bits == 16:
        pixels = _eight_bits(np.ascontiguousarray(pixels).view('>u2' if big_endian else '<u2'))
    image = pixels.reshape(height, -1, encoding.channels)
    if encoding.to_bgr is None:
        return image
    return np.asarray(cv2.cvtColor(image, encoding.to_bgr))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """
    Keep the eight highest bits that the picture uses.

    Cameras of 10, 12 or 14 bits send them as 16 without saying so; taking the upper byte would
    leave their pictures black.
    """
    surplus = max(0, int(values.max()).bit_length() - 8)
    return (values >> surplus).astype(np.uint8)

"""Small recordings for tests, of every kind that turns up."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

TYPES = get_typestore(Stores.ROS2_HUMBLE)
TYPES.register(get_types_from_msg('int32 number\n', 'my_robot_msgs/msg/Secret'))
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
START = 1_700_000_000_000_000_000
STEP = 33_000_000
"""Nanoseconds; about 30 pictures a second."""


def grey(level: int, height: int = 48, width: int = 64) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def numbered(count: int) -> list[np.ndarray]:
    """Return pictures whose number n (below 50) has the grey level 5 * n."""
    return [grey(5 * number % 250) for number in range(count)]


def header(stamp: int, frame: str = 'camera'):
    time = TYPES.types['builtin_interfaces/msg/Time']
    sec, nanosec = divmod(stamp, 10**9)
    return TYPES.types['std_msgs/msg/Header'](stamp=time(sec=sec, nanosec=nanosec), frame_id=frame)


def image(bgr: np.ndarray, stamp: int):
    height, width = bgr.shape[:2]
    return raw_image(bgr, 'bgr8', width, height, 3 * width, stamp)


def raw_image(data: np.ndarray, encoding: str, width: int, height: int, step: int, stamp: int):
    return TYPES.types[IMAGE](
        header=header(stamp),
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=0,
        step=step,
        data=np.ascontiguousarray(data).view(np.uint8).ravel(),
    )


def jpeg(bgr: np.ndarray, stamp: int, quality: int = 90):
    data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return compressed(data, stamp)


def compressed(data: np.ndarray | bytes, stamp: int, format: str = 'jpeg'):
    pixels = np.frombuffer(bytes(data), np.uint8)
    return TYPES.types[COMPRESSED](header=header(stamp), format=format, data=pixels)


def cdr(message, little_endian: bool = True) -> bytes:
    return bytes(TYPES.serialize_cdr(message, message.__msgtype__, little_endian=little_endian))


class BagBuilder:
    """Writes messages of any topic; each topic has one type."""

    def __init__(self, path: Path, storage: str = 'mcap', compression: str = '') -> None:
        self.path = path
        self._writer = Writer(path, version=9, storage_plugin=StoragePlugin[storage.upper()])
        if compression:
            self._writer.set_compression(
                CompressionMode[compression.upper()], CompressionFormat.ZSTD
            )
        self._writer.open()
        self._topics: dict = {}

    def topic(self, name: str, kind: str) -> None:
        self._topics[name] = self._writer.add_connection(name, kind, typestore=TYPES)

    def add(self, topic: str, message, time: int | None = None, **options) -> None:
        if topic not in self._topics:
            self.topic(topic, message.__msgtype__)
        stamp = message.header.stamp if time is None else None
        time = stamp.sec * 10**9 + stamp.nanosec if stamp else time
        self._writer.write(self._topics[topic], time, cdr(message, **options))

    def pictures(self, topic: str, pictures: Iterable[np.ndarray], make=image) -> None:
        for number, bgr in enumerate(pictures):
            self.add(topic, make(bgr, START + number * STEP))

    def close(self) -> Path:
        self._writer.close()
        return self.path


def write_bag(
    path: Path, pictures: Iterable[np.ndarray], topic: str = '/image_raw', make=image, **options
) -> Path:
    """Write a bag with one topic of pictures, about 30 a second."""
    bag = BagBuilder(path, **options)
    bag.topic(topic, COMPRESSED if make is jpeg else IMAGE)
    bag.pictures(topic, pictures, make)
    return bag.close()


def part(bag: Path) -> Path:
    """Return the file in a bag's folder."""
    [file] = (path for path in bag.iterdir() if path.name != 'metadata.yaml')
    return file


def cut(file: Path, share: float) -> Path:
    """Take away the end of a file; `share` of it stays."""
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    return file

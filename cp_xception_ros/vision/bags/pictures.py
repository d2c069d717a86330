"""Which of a bag's topics has the pictures, and what their messages hold."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..image import ImageError, decode_compressed, decode_raw
from ..sources.base import BadSource
from .bag import Bag
from .storage import Topic

RAW, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
KINDS = (RAW, COMPRESSED)
_DISTANCES = '/compressedDepth'
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Picture:
    """`stamp` is that of the header, in nanoseconds; `bgr` is uint8 (H, W, 3)."""

    stamp: int
    frame_id: str
    bgr: np.ndarray


def choose_topic(bag: Bag, name: str = '') -> Topic:
    """Return the topic of that name, or the only one with pictures.

    Raises BadSource: none, several or no such one; the text lists them.
    """
    found = [topic for topic in bag.topics if topic.kind in KINDS]
    if name:
        return _named(bag, found, name)
    full = [t for t in found if t.count != 0 and not t.name.endswith(_DISTANCES)]
    if len(full) == 1:
        return full[0]
    if full:
        raise BadSource(
            f'bag {bag.name} has pictures on several topics: {_listed(full)}; choose one: '
            f'--topic {full[0].name} (judy: -p camera:bag_topic:={full[0].name})'
        )
    if found:
        raise BadSource(f'bag {bag.name}: no pictures on {", ".join(t.name for t in found)}')
    others = ', '.join(f'{t.name} ({t.kind})' for t in bag.topics) or 'none'
    raise BadSource(f'bag {bag.name} has no topic of type {" or ".join(KINDS)}; it has: {others}')


def _named(bag: Bag, found: list[Topic], name: str) -> Topic:
    for topic in found:
        if topic.name.lstrip('/') == name.lstrip('/'):
            if topic.count == 0:
                raise BadSource(f'bag {bag.name}: no pictures on {topic.name}')
            return topic
    known = _listed(found) if found else 'none'
    raise BadSource(f'bag {bag.name} has no pictures on {name}; topics with pictures: {known}')


def _listed(topics: list[Topic]) -> str:
    return ', '.join(
        t.name if t.count is None else f'{t.name} ({t.count} pictures)' for t in topics
    )


def decode(kind: str, data: bytes) -> Picture:
    """Return the picture of a message of one of KINDS, given as CDR of either byte order.

    Raises ImageError: the message is damaged, or its encoding is not known.
    """
    try:
        message: Any = _types().deserialize_cdr(data, kind)
    except Exception as error:  # struct.error, IndexError, …: whatever damage leads to
        raise ImageError(f'a damaged {kind} message of {len(data)} bytes: {error}') from None
    stamp = message.header.stamp
    if stamp.nanosec >= SECOND:
        raise ImageError(f'stamp with {stamp.nanosec} nanoseconds: must be below {SECOND}')
    nanoseconds = stamp.sec * SECOND + stamp.nanosec
    return Picture(nanoseconds, message.header.frame_id, _pixels(kind, message))


def _pixels(kind: str, message: Any) -> np.ndarray:
    if kind == COMPRESSED:
        return decode_compressed(message.data, message.format)
    return decode_raw(
        message.data,
        message.encoding,
        message.height,
        message.width,
        message.step,
        bool(message.is_bigendian),
    )


@cache
def _types() -> Any:
    from rosbags.typesys import Stores, get_typestore

    # These messages have been the same in every ROS 2; old bags do not bring their definitions.
    return get_typestore(Stores.ROS2_JAZZY)

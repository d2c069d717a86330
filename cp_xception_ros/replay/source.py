"""Pictures of a recording, one after the other, not decoded yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..vision.bags.bag import Bag, is_bag
from ..vision.bags.pictures import SECOND, Picture, choose_topic, decode
from ..vision.cameras import BadSource, Camera, CameraSettings, EndOfSource, open_camera

Say = Callable[[str], None]
VIDEO_START = SECOND
"""Stamp of a video's first picture, in nanoseconds: zero is the stamp that nobody filled in."""
_FRAME = 'camera_optical_frame'


@dataclass(frozen=True)
class Shot:
    """`time` is when it was recorded, in nanoseconds; `load` raises ImageError."""

    time: int
    load: Callable[[], Picture]


@dataclass(frozen=True)
class Recording:
    """`expected` is how many pictures to expect, None where nobody knows."""

    name: str
    topic: str
    expected: int | None
    shots: Iterator[Shot]

    @property
    def title(self) -> str:
        """Return the name without its ending, as a name for other files."""
        return Path(self.name).stem.replace(' ', '_')


def open_recording(source: str, topic: str = '', say: Say = print) -> Recording:
    """Open a rosbag2 recording, or whatever recorded source the camera node knows.

    What is left out or damaged is told to `say`. Raises CameraError.
    """
    path = Path(source).expanduser()
    if path.exists() and is_bag(path):
        return _open_bag(path, topic, say)
    if topic:
        raise BadSource(f'{source}: only a rosbag2 recording has topics, such as {topic}')
    camera = open_camera(source, CameraSettings(realtime=False))
    if camera.live:
        camera.close()
        raise BadSource(f'{source} is live: judy-record records it')
    return Recording(camera.name, '', None, _shots_of(camera))


def _open_bag(path: Path, topic: str, say: Say) -> Recording:
    bag = Bag(path, say)
    chosen = choose_topic(bag, topic)
    others = ', '.join(f'{t.name} ({t.kind})' for t in bag.topics if t.name != chosen.name)
    if others:
        say(f'not looked at: {others}')
    shots = (
        Shot(time, partial(decode, chosen.kind, data)) for time, data in bag.messages(chosen.name)
    )
    return Recording(bag.name, chosen.name, chosen.count, shots)


def _shots_of(camera: Camera) -> Iterator[Shot]:
    while True:
        try:
            frame = camera.read()
        except EndOfSource:
            return
        stamp = VIDEO_START + round((frame.time or 0.0) * SECOND)
        yield Shot(stamp, partial(Picture, stamp, _FRAME, frame.image))

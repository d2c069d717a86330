"""What every source of pictures has in common."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .pixel_format import fourcc


@dataclass(frozen=True)
class Frame:
    """One picture: `image` is (H, W, 3) uint8 BGR.

    `time` counts seconds from the start of a recorded source (file, folder, clip); live sources
    have none, their pictures are from now.
    """

    image: npt.NDArray[np.uint8]
    time: float | None = None


@dataclass(frozen=True)
class CameraSettings:
    """What is asked of a source; the first four are named as in usb_cam.

    A device does what it can of size, rate and format. Files and streams have a size and rate of
    their own; a folder of pictures takes its rate from here. `realtime=False` plays recorded
    sources as fast as they can be read. `bag_topic` chooses among the pictures of a rosbag2
    recording; empty: the only ones.
    """

    framerate: float = 30.0
    image_width: int = 640
    image_height: int = 480
    pixel_format: str = 'yuyv'
    realtime: bool = True
    bag_topic: str = ''

    def __post_init__(self) -> None:
        if not 0 < self.framerate <= 240:
            raise ValueError(f'framerate={self.framerate}: must be above 0 and at most 240')
        for name in ('image_width', 'image_height'):
            value = getattr(self, name)
            if not 1 <= value <= 16384:
                raise ValueError(f'{name}={value}: must be between 1 and 16384 pixels')
        fourcc(self.pixel_format)


class CameraError(OSError):
    """The source delivers no pictures (now); one line that names it, the reason and the cure."""


class BadSource(CameraError):
    """The source can never work as given (wrong name, broken file, missing package)."""


class EndOfSource(Exception):
    """A recorded source is over; `frames` is how many pictures it delivered."""

    def __init__(self, message: str, frames: int) -> None:
        super().__init__(message)
        self.frames = frames


class Camera(Protocol):
    """A source of pictures. `close()` may be called while another thread is in `read()`."""

    name: str  # for people: '/dev/video0 (HD Webcam)', 'holiday.mp4'
    live: bool  # pictures are from now; a recorded source ends
    rate: float  # pictures a second, nominal

    def read(self) -> Frame:
        """Block until the next picture; raises EndOfSource or CameraError."""
        ...

    def close(self) -> None: ...

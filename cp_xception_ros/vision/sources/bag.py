"""A rosbag2 recording as a source of pictures."""

from collections.abc import Iterator
import logging
from pathlib import Path

from ..bags.bag import Bag
from ..bags.pictures import SECOND, Picture, choose_topic, decode
from ..image import ImageError
from .base import BadSource, CameraError, CameraSettings, EndOfSource, Frame
from .shape import shrink

_log = logging.getLogger(__name__)


class BagCamera:
    """The pictures of one topic; those that cannot be read are counted in `skipped`."""

    live = False

    def __init__(self, bag: Bag, settings: CameraSettings) -> None:
        """Take over an opened bag; raises BadSource where no topic can be chosen."""
        self._bag, self._topic = bag, choose_topic(bag, settings.bag_topic)
        self.name = f'{bag.name} ({self._topic.name})'
        self.rate = settings.framerate
        self.skipped = self._frames = 0
        self._pictures = self._read_all()
        self._zero: int | None = None
        self._closed = False

    def read(self) -> Frame:
        for stamp, picture in self._pictures:
            if self._closed:
                self._bag.close()
                raise CameraError(f'{self.name}: is closed')
            self._zero = stamp if self._zero is None else self._zero
            self._frames += 1
            return Frame(shrink(picture.bgr), (stamp - self._zero) / SECOND)
        self._bag.close()
        if not self._frames:
            raise BadSource(f'{self.name}: none of its {self.skipped} pictures can be read')
        skipped = f', {self.skipped} could not be read' if self.skipped else ''
        raise EndOfSource(
            f'{self.name} ended after {self._frames} pictures{skipped}', self._frames
        )

    def close(self) -> None:
        # Whoever reads closes the bag: no file can be taken away from under a reader.
        self._closed = True

    def _read_all(self) -> Iterator[tuple[int, Picture]]:
        in_burst = False
        for time, data in self._bag.messages(self._topic.name):
            try:
                picture = decode(self._topic.kind, data)
            except ImageError as error:
                self.skipped += 1
                if not in_burst:
                    _log.warning('%s: picture skipped: %s', self.name, error)
                in_burst = True
            else:
                in_burst = False
                # Zero is the stamp that nobody filled in.
                yield picture.stamp or time, picture


def open_bag(path: Path, settings: CameraSettings) -> BagCamera:
    """Raises BadSource when `path` is no recording with pictures, or topics have to be chosen."""
    return BagCamera(Bag(path), settings)

"""A new recording with what was seen, for `ros2 bag play` and Foxglove."""

from pathlib import Path

from . import messages
from .engine import Seen
from .mcap_file import McapFile

TOPICS = {'/faces': messages.FACES, '/emotion': messages.EMOTION}


class BagWriter:
    """An mcap bag; the same input gives the same bytes. To be used as a context."""

    def __init__(self, folder: Path, model: str) -> None:
        """`folder` is made, and must not exist; `model` is the network's name and version."""
        self._model, self._file = model, McapFile(folder, TOPICS)

    def __enter__(self) -> 'BagWriter':
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, seen: Seen) -> None:
        """Write the messages of one picture, at the time at which it was recorded."""
        faces = messages.face_array(seen)
        self._file.write('/faces', seen.time, messages.encode(faces))
        for emotion in messages.emotions(seen, self._model):
            self._file.write('/emotion', seen.time, messages.encode(emotion))

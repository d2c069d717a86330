"""The recorder node: a session into an mcap file, while it is asked to; off by default."""

import argparse
from dataclasses import dataclass
from pathlib import Path
import sys
import threading
from typing import Any

from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from rclpy.utilities import remove_ros_args

from ..replay.session_writer import SessionFull, SessionWriter
from ..runtime.stats import Rate
from ..runtime.workers import QueueWorker
from . import params, qos, spin, wire
from .base import AppNode
from .errors import ConfigError
from .health import WARN, Health
from .image_input import ImageInput
from .params import param

# Messages that may wait for the disk: two seconds of pictures.
WAITING = 60
MEGABYTE = 1_000_000
# What is recorded beside the pictures; nothing else is, so that no key can get into a file.
TOPICS: dict[str, tuple[type, QoSProfile]] = {
    'faces': (wire.FaceArray, qos.FACES),
    'emotion': (wire.EmotionStamped, qos.EVENT),
    'speech/transcript': (wire.Utterance, qos.EVENT),
    'speech/typed': (wire.String, qos.EVENT),
    'speech/state': (wire.SpeechState, qos.STATE),
    'dialogue/reply': (wire.Reply, qos.REPLY),
    'dialogue/state': (wire.DialogueState, qos.STATE),
}


@dataclass(frozen=True)
class RecorderConfig:
    recording: bool = param(False, 'record from the start')
    folder: str = param('~/judy_recordings', 'gets a folder for each recording')
    max_megabytes: int = param(
        1000, 'a recording ends when it has grown so far', range=(10, 10**6)
    )
    jpeg_quality: int = param(80, 'of the pictures', range=(1, 100))
    image_transport: str = param('raw', 'how the pictures come', choices=('raw', 'compressed'))
    image_reliability: str = param(
        'auto',
        'auto asks for RELIABLE where every publisher offers it',
        choices=('auto', 'reliable', 'best_effort'),
    )


class RecorderNode(AppNode):
    """Says on `~/recording` whether it records; dialogue_manager says it aloud."""

    def __init__(self, **options: Any) -> None:
        super().__init__('recorder', **options)
        self.config = params.declare(self, RecorderConfig)
        self._session: SessionWriter | None = None
        self._lock, self._dropped = threading.Lock(), Rate()
        self._worker: QueueWorker[tuple[str, int, Any]] = QueueWorker(
            'recorder', self._write, self.report, WAITING
        )
        self._state = self.create_publisher(wire.Bool, '~/recording', qos.STATE)
        self.create_service(wire.SetBool, '~/set_recording', self._serve_set_recording)
        self._pictures = f'{self.resolve_topic_name("image_raw")}/compressed'
        self._kinds = {self._pictures: _name(wire.CompressedImage)}
        self._input = ImageInput(
            self,
            'image_raw',
            self.config.image_transport,
            self.config.image_reliability,
            lambda message: self._put(self._pictures, message),
        )
        for topic, (kind, profile) in TOPICS.items():
            self._subscribe(self.resolve_topic_name(topic), topic, kind, profile)

    def start(self) -> None:
        self._worker.start()
        self._state.publish(wire.Bool(data=False))
        if self.config.recording:
            try:
                self._begin()
            except OSError as error:
                raise ConfigError(f'{self.get_name()}: {error}') from error

    def close(self) -> None:
        self._worker.close(drain=True)

    def join(self, timeout: float) -> bool:
        ended = self._worker.join(timeout)
        if ended:
            self._end('the node ends')
        return ended

    def health(self) -> Health:
        session = self._session
        values = {
            'recording': 'yes' if session else 'no',
            'folder': str(session.folder) if session else 'none',
            'megabytes': f'{session.size / MEGABYTE:.1f}' if session else '0',
            'messages': str(session.messages) if session else '0',
            'messages_dropped': str(self._dropped.total),
        }
        if session and not self._state.get_subscription_count():
            return Health(WARN, 'recording, and no dialogue_manager tells the people', values)
        return Health(values=values)

    def _subscribe(self, name: str, topic: str, kind: type, profile: QoSProfile) -> None:
        self._kinds[name] = _name(kind)
        # As it comes: nobody here looks into it.
        self.create_subscription(
            kind, topic, lambda data: self._put(name, data), profile, raw=True
        )

    def _serve_set_recording(
        self, request: wire.SetBool.Request, response: wire.SetBool.Response
    ) -> wire.SetBool.Response:
        try:
            response.message = self._begin() if request.data else self._end('asked to stop')
            response.success = True
        except OSError as error:
            self.report(error)
            response.message = str(error)
        return response

    def _begin(self) -> str:
        with self._lock:
            if self._session is None:
                config = self.config
                folder = Path(config.folder).expanduser()
                limit = config.max_megabytes * MEGABYTE
                self._session = SessionWriter(folder, self._kinds, limit)
            folder = self._session.folder
        self._state.publish(wire.Bool(data=True))
        words = f'RECORDING pictures and words into {folder}'
        self.get_logger().warning(
            f'{words}, at most {self.config.max_megabytes} MB; {self.get_name()}/set_recording '
            'ends it'
        )
        return words

    def _end(self, reason: str) -> str:
        with self._lock:
            session, self._session = self._session, None
        if session is None:
            return 'nothing is recorded'
        self._state.publish(wire.Bool(data=False))
        try:
            session.close()
        except OSError as error:  # the index may not fit any more; judy-replay does without
            self.report(error)
        words = f'recorded {session.messages} messages into {session.folder} ({reason})'
        self.get_logger().warning(words)
        return words

    def _put(self, topic: str, message: Any) -> None:
        if self._session is None:
            return
        if not self._worker.put((topic, self.get_clock().now().nanoseconds, message)):
            self._dropped.add()
            self.report(OSError('recorder: the disk is too slow, messages are left out'))

    # On the worker's thread

    def _write(self, item: tuple[str, int, Any]) -> None:
        topic, moment, message = item
        session = self._session
        if session is None:
            return
        data = message if isinstance(message, bytes) else self._compressed(message)
        try:
            session.write(topic, moment, data)
        except SessionFull as error:
            self._end(str(error))
        except OSError as error:
            self._end(f'the disk: {error}')
            raise

    def _compressed(self, message: wire.Picture) -> bytes:
        if isinstance(message, wire.Image):
            bgr = wire.picture(message)
            message = wire.compressed_image(bgr, message.header, self.config.jpeg_quality)
        return bytes(serialize_message(message))


def _name(kind: type) -> str:
    """Return the full name of a message type, such as 'std_msgs/msg/String'."""
    return f'{kind.__module__.split(".")[0]}/msg/{kind.__name__}'


def main() -> int:
    return spin.run([RecorderNode], sys.argv)


def record() -> int:
    """judy-record: the node, recording from the start."""
    parser = argparse.ArgumentParser(
        'judy-record',
        description='Record a session of Judy into an mcap file: pictures, faces, emotions, and '
        'what is said. Judy says aloud that she does. Ctrl-C ends it; judy-replay plays it.',
    )
    parser.add_argument('folder', nargs='?', help='gets a folder for the recording')
    parser.add_argument('--max-megabytes', type=int, metavar='N', help='it ends when it is full')
    options = parser.parse_args(remove_ros_args(sys.argv)[1:])
    given = {'folder': options.folder, 'max_megabytes': options.max_megabytes}
    return spin.run([lambda: make_recorder(**given)], sys.argv)


def make_recorder(**parameters: Any) -> RecorderNode:
    """Return a node that records from the start; parameters that are None keep their value."""
    given = {name: value for name, value in parameters.items() if value is not None}
    overrides = [Parameter(name, value=value) for name, value in given.items()]
    return RecorderNode(parameter_overrides=[Parameter('recording', value=True), *overrides])


if __name__ == '__main__':
    sys.exit(main())

"""All nodes in one process: the `judy` command."""

import argparse
from collections.abc import Callable
from pathlib import Path
import sys
import threading
from typing import Any

from rclpy.parameter import Parameter
from rclpy.utilities import remove_ros_args

from .cli.options import parse
from .nodes import spin
from .nodes.audio_output import AudioOutputNode
from .nodes.base import AppNode
from .nodes.camera import CameraNode
from .nodes.console import ConsoleNode
from .nodes.dialogue_manager import DialogueManagerNode
from .nodes.emotion_classifier import EmotionClassifierNode
from .nodes.face_detector import FaceDetectorNode
from .nodes.recorder import make_recorder
from .nodes.saver import SaverNode
from .nodes.speech_input import SpeechInputNode
from .nodes.talk_console import TalkConsoleNode
from .nodes.worker_node import WorkerNode

Factory = Callable[[], AppNode]


class Judy:
    """The nodes of one process, and what the command line asks of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.stop = threading.Event()
        self._camera: CameraNode | None = None
        self._console: ConsoleNode | None = None
        self._workers: list[WorkerNode[Any]] = []

    def factories(self) -> list[Factory]:
        """Return what makes each node; the camera comes last, when the others listen."""
        options = self._options
        nodes: list[Factory] = [
            self._make_console,
            self._make_classifier,
            self._make_detector,
        ]
        if options.headless_save:
            nodes.append(lambda: SaverNode(options.headless_save))
        if options.talk:
            nodes += self._talking()
        if options.record:
            nodes.append(lambda: make_recorder(folder=str(options.record)))
        if options.camera:
            nodes.append(self._make_camera)
        return nodes

    def start_timer(self) -> None:
        if self._options.duration:
            timer = threading.Timer(self._options.duration, self.stop.set)
            timer.daemon = True
            timer.start()

    def print_summary(self) -> None:
        """Say what was seen; nothing where the nodes were never built."""
        if self._console is None or self._options.quiet:
            return
        session = self._console.session
        dropped = sum(node.dropped for node in self._workers)
        if self._camera is not None:
            # What the middleware lost counts as well.
            dropped = max(dropped, self._camera.published - session.pictures)
        for line in session.summary(dropped, self._console.cpu_seconds):
            print(line, file=sys.stderr if self._options.json else sys.stdout)

    def _talking(self) -> list[Factory]:
        muted = Parameter('muted', value=not self._options.microphone)
        nodes: list[Factory] = [
            AudioOutputNode,
            DialogueManagerNode,
            lambda: SpeechInputNode(
                parameter_overrides=[] if self._options.microphone else [muted]
            ),
        ]
        if not self._options.quiet:
            nodes.append(TalkConsoleNode)
        return nodes

    def _make_console(self) -> AppNode:
        options = self._options
        self._console = ConsoleNode(
            options.json, options.quiet, options.talk, on_done=self.stop.set
        )
        return self._console

    def _make_classifier(self) -> AppNode:
        assert self._console is not None
        return self._remember(EmotionClassifierNode(on_emotion=self._console.see_emotion))

    def _make_detector(self) -> AppNode:
        assert self._console is not None
        return self._remember(FaceDetectorNode(on_faces=self._console.see_faces))

    def _remember(self, node: WorkerNode[Any]) -> AppNode:
        self._workers.append(node)
        return node

    def _make_camera(self) -> AppNode:
        overrides = []
        if self._options.source is not None:
            overrides.append(Parameter('video_device', value=self._options.source))
        if self._options.flat_out:
            overrides.append(Parameter('realtime', value=False))
        assert self._console is not None
        self._camera = CameraNode(on_end=self._console.finish, parameter_overrides=overrides)
        return self._camera


def main() -> int:
    options = parse(remove_ros_args(sys.argv)[1:])
    judy = Judy(options)
    judy.start_timer()
    return spin.run(judy.factories(), _ros_args(options.config), judy.stop, judy.print_summary)


def _ros_args(config: Path) -> list[str]:
    """Put the configuration file before the user's own ROS arguments, which win."""
    return [sys.argv[0], '--ros-args', '--params-file', str(config), '--', *sys.argv[1:]]


if __name__ == '__main__':
    sys.exit(main())

"""All nodes in one process: the `judy` command."""

import argparse
from collections.abc import Callable
from pathlib import Path
import sys
import threading

from rclpy.parameter import Parameter
from rclpy.utilities import remove_ros_args

from .nodes import spin
from .nodes.base import AppNode
from .nodes.camera import CameraNode
from .nodes.console import ConsoleNode
from .nodes.emotion_classifier import EmotionClassifierNode
from .nodes.face_detector import FaceDetectorNode
from .nodes.saver import SaverNode
from .resources import find

# Seconds that the last pictures of a recording get to become emotions.
LINGER = 0.5

DESCRIPTION = 'Judy: camera -> faces -> emotions as ROS 2 nodes, all in one process.'
EPILOG = """\
examples:
  judy                             webcam, or the sample clip where there is none
  judy --source holiday.mp4        a video; a folder of pictures or a URL goes too
  judy --json | jq .emotion        one JSON object for each emotion
  judy --ros-args -p emotion_classifier:time_constant:=1.0
"""


class Judy:
    """The nodes of one process, and what the command line asks of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.stop = threading.Event()
        self._camera: CameraNode | None = None
        self._console: ConsoleNode | None = None
        self._dropping: list[FaceDetectorNode | EmotionClassifierNode] = []

    def factories(self) -> list[Callable[[], AppNode]]:
        """Return what makes each node; the camera comes last, when the others listen."""
        nodes: list[Callable[[], AppNode]] = [
            self._make_console,
            self._make_classifier,
            self._make_detector,
        ]
        if self._options.headless_save:
            nodes.append(lambda: SaverNode(self._options.headless_save))
        if self._options.camera:
            nodes.append(self._make_camera)
        return nodes

    def start_timer(self) -> None:
        if self._options.duration:
            self._stop_in(self._options.duration)

    def summary(self) -> list[str]:
        """Say what was seen; nothing where the nodes were never built."""
        if self._console is None:
            return []
        session = self._console.session
        dropped = sum(node.dropped for node in self._dropping)
        if self._camera is not None:
            # What the middleware lost counts as well.
            dropped = max(dropped, self._camera.published - session.pictures)
        return session.summary(dropped, self._console.cpu_seconds)

    def _stop_in(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self.stop.set)
        timer.daemon = True
        timer.start()

    def _make_console(self) -> AppNode:
        quiet = self._options.quiet
        self._console = ConsoleNode(self._options.json, quiet, on_closed=self.stop.set)
        return self._console

    def _make_detector(self) -> AppNode:
        return self._remember(FaceDetectorNode())

    def _make_classifier(self) -> AppNode:
        return self._remember(EmotionClassifierNode())

    def _remember(self, node: FaceDetectorNode | EmotionClassifierNode) -> AppNode:
        self._dropping.append(node)
        return node

    def _make_camera(self) -> AppNode:
        overrides = []
        if self._options.source is not None:
            overrides.append(Parameter('video_device', value=self._options.source))
        if self._options.flat_out:
            overrides.append(Parameter('realtime', value=False))
        self._camera = CameraNode(
            on_end=lambda: self._stop_in(LINGER), parameter_overrides=overrides
        )
        return self._camera


def main() -> int:
    options = _parse(remove_ros_args(sys.argv)[1:])
    judy = Judy(options)
    judy.start_timer()
    status = spin.run(judy.factories(), _ros_args(options.config), judy.stop)
    if status == 0 and not options.quiet:
        for line in judy.summary():
            print(line, file=sys.stderr if options.json else sys.stdout)
    return status


def _ros_args(config: Path) -> list[str]:
    """Put the configuration file before the user's own ROS arguments, which win."""
    return [sys.argv[0], '--ros-args', '--params-file', str(config), '--', *sys.argv[1:]]


def _parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        'judy',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--source',
        help='camera device, video file, folder of pictures, http or rtsp URL, clip (the sample), '
        'or auto: the first camera that works, else the clip',
    )
    parser.add_argument('--duration', type=_positive, metavar='S', help='stop after S seconds')
    parser.add_argument('--json', action='store_true', help='one JSON object for each emotion')
    parser.add_argument(
        '--headless-save', type=Path, metavar='DIR', help='write annotated pictures into DIR'
    )
    parser.add_argument('--flat-out', action='store_true', help='play a file as fast as it goes')
    parser.add_argument('--quiet', action='store_true', help='print nothing but the log')
    parser.add_argument(
        '--config',
        type=Path,
        default=find('config/judy.yaml'),
        metavar='FILE',
        help='parameters of all nodes (default: %(default)s)',
    )
    parser.add_argument(
        '--no-camera',
        dest='camera',
        action='store_false',
        help='pictures come from another node, on image_raw',
    )
    return parser.parse_args(args)


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f'must be above 0, not {text}')
    return value


if __name__ == '__main__':
    sys.exit(main())

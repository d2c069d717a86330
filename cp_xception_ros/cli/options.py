"""The command line of `judy`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..resources import find

DESCRIPTION = """\
Judy: camera -> faces -> emotions -> conversation as ROS 2 nodes, all in one process.
Type a line to talk to her; without a loudspeaker she speaks into WAV files."""
EPILOG = """\
examples:
  judy                             webcam, or the sample clip where there is none
  judy --source holiday.mp4        a video; a folder of pictures or a URL goes too
  judy --json | jq .emotion        one JSON object for each emotion
  judy --ros-args -p emotion_classifier:time_constant:=1.0

With DEEPSEEK_API_KEY in the environment DeepSeek answers, else Judy's own replies.
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; leaves the program where they are wrong or ask for help."""
    parser = argparse.ArgumentParser(
        'judy',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_pictures(parser)
    _add_output(parser)
    parser.add_argument(
        '--no-talk', dest='talk', action='store_false', help='only see: no speech, no dialogue'
    )
    parser.add_argument(
        '--no-microphone', dest='microphone', action='store_false', help='typed text only'
    )
    parser.add_argument(
        '--config',
        type=Path,
        default=find('config/judy.yaml'),
        metavar='FILE',
        help='parameters of all nodes (default: %(default)s)',
    )
    options = parser.parse_args(arguments)
    options.talk = options.talk and not options.json
    return options


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--source',
        help='camera device, video file, rosbag2 recording, folder of pictures, http or rtsp URL, '
        'clip (the sample), or auto: the first camera that works, else the clip',
    )
    parser.add_argument(
        '--no-camera',
        dest='camera',
        action='store_false',
        help='pictures come from another node, on image_raw',
    )
    parser.add_argument('--flat-out', action='store_true', help='play a file as fast as it goes')
    parser.add_argument('--duration', type=_positive, metavar='S', help='stop after S seconds')


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--json', action='store_true', help='one JSON object for each emotion; implies --no-talk'
    )
    parser.add_argument(
        '--headless-save', type=Path, metavar='DIR', help='write annotated pictures into DIR'
    )
    parser.add_argument(
        '--record', type=Path, metavar='DIR', help='record pictures and words into DIR, and say so'
    )
    parser.add_argument('--quiet', action='store_true', help='print nothing but the log')


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float('inf'):
        raise argparse.ArgumentTypeError(f'must be above 0, not {text}')
    return value

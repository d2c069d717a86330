"""How long a person waits."""

from collections.abc import Mapping
from pathlib import Path
import subprocess
import tempfile
import time

import cv2

from cp_xception_ros.vision.clip import open_clip

from .case import Case, Measure, Settings
from .processes import REPOSITORY, Child, free_domain, judy_command, own_environment

PATIENCE = 30.0
# Seconds into the clip at which a face is in view, and pictures of it.
MOMENT, PICTURES = 2.0, 10


def run(settings: Settings) -> Mapping[str, float]:
    """Start `judy` on a folder of pictures of a face."""
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder))
        return {'first': _first_emotion(settings.detector, folder), **_make()}


def _fill(folder: Path) -> None:
    camera = open_clip()
    frames = [camera.read() for _ in range(round(MOMENT * camera.rate) + PICTURES)]
    for number, frame in enumerate(frames[-PICTURES:]):
        cv2.imwrite(str(folder / f'{number:02}.png'), frame.image)


def _first_emotion(detector: str, source: str) -> float:
    environment = own_environment(free_domain())
    # As in a person's shell: the wheels of ROS start Python a second time to find their libraries.
    environment.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
    parameter = f'face_detector:detector:={detector}'
    command = judy_command('--source', source, '--json', '--ros-args', '-p', parameter)
    with Child('judy', command, environment) as child:
        return child.wait_for_line(lambda line: line.startswith('{'), PATIENCE) - child.started


def _make() -> Mapping[str, float]:
    """Return the seconds make takes to see that there is nothing to install, where that is so."""
    begun = time.monotonic()
    try:
        done = subprocess.run(
            ['make', '--question', '.venv/.package'],
            cwd=REPOSITORY,
            capture_output=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return {} if done.returncode else {'make': time.monotonic() - begun}


CASE = Case(
    'start_up',
    (
        Measure('first', 'judy, from start to the first emotion', 's'),
        Measure('make', 'make run: what make itself takes, installed', 's'),
    ),
    'A folder of pictures of one face as source. The first includes the 0.3 s for which a '
    'recorded source waits until all listeners are there; a detector that is not sure of a face '
    'needs two pictures.',
    run,
)

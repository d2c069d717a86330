"""A camera process of another package, which does not have our Fast DDS profile."""

from collections.abc import Mapping
from contextlib import suppress
import json
import math
from pathlib import Path
import sys
import tempfile
import time

import numpy as np

from cp_xception_ros.vision.clip import open_clip

from .case import Case, Measure, MeasuringFailed, Settings, Target
from .listening import Listener
from .processes import Child, foreign_environment, free_domain, node_command, own_environment

SCRIPT = Path(__file__).with_name('foreign_camera.py')
PICTURES = 90  # of the clip, with a face in most of them; published over and over
PATIENCE = 60.0
# Seconds after which nothing more is expected; diagnostics come once a second.
TIMEOUT, DIAGNOSTICS_PERIOD = 12.0, 1.5
READY, NOTICE = 'finding faces with', 'best effort loses'


def run(settings: Settings) -> Mapping[str, float]:
    """Publish 300 pictures in each of three ways."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder, 'pictures.npy')
        camera = open_clip()
        np.save(pictures, np.stack([camera.read().image for _ in range(PICTURES)]))
        return {
            'reliable': _reached(settings, pictures, 'raw'),
            'compressed': _reached(
                settings, pictures, 'compressed', '--compressed', '--best-effort'
            ),
            **_noticed(settings, pictures),
        }


def _reached(settings: Settings, pictures: Path, transport: str, *arguments: str) -> float:
    """Return the percentage of the pictures that become face arrays."""
    domain = free_domain()
    with Listener(domain) as listener, _detector(settings, transport, domain) as detector:
        listener.wait_for_publisher('faces', detector)
        with _camera(pictures, domain, *arguments) as camera:
            output = camera.finish(PATIENCE, [detector])
        published = json.loads(output.splitlines()[-1])['published']
        return 100 * len(listener.faces) / published


def _noticed(settings: Settings, pictures: Path) -> Mapping[str, float]:
    """Return the seconds until the log and the diagnostics say that pictures get lost."""
    domain = free_domain()
    arguments = ('--best-effort', '--patience', '0')
    with Listener(domain) as listener, _camera(pictures, domain, *arguments) as camera:
        camera.wait_for_line(lambda line: 'first' in line, PATIENCE)
        with _detector(settings, 'raw', domain) as detector, suppress(MeasuringFailed):
            ready = detector.wait_for_line(lambda line: READY in line, PATIENCE)
            detector.wait_for_line(lambda line: NOTICE in line, TIMEOUT)
            time.sleep(DIAGNOSTICS_PERIOD)
        in_log = detector.first_line(lambda line: NOTICE in line) or math.inf
        said = (when for when, what in listener.remarks if NOTICE in what)
    return {'log': in_log - ready, 'diagnostics': next(said, math.inf) - ready}


def _detector(settings: Settings, transport: str, domain: int) -> Child:
    parameters = {'detector': settings.detector, 'image_transport': transport}
    command = node_command('face_detector', parameters)
    return Child('face_detector', command, own_environment(domain))


def _camera(pictures: Path, domain: int, *arguments: str) -> Child:
    command = [sys.executable, str(SCRIPT), str(pictures), *arguments]
    return Child('foreign camera', command, foreign_environment(domain))


CASE = Case(
    'foreign_camera',
    (
        Measure('reliable', 'raw, reliable, depth 100: reach /faces', '%', Target('≥', 99)),
        Measure('compressed', 'compressed, best effort: reach /faces', '%', Target('≥', 99)),
        Measure('log', 'raw, best effort: loss said in the log', 's', Target('≤', 5)),
        Measure('diagnostics', 'raw, best effort: … in /diagnostics', 's', Target('≤', 5)),
    ),
    'A publisher of 640x480 bgr8 at 30 Hz that imports nothing of this package and has no Fast '
    'DDS profile; 300 pictures each way. face_detector is a process of its own with the default '
    'image_reliability: auto. For the loss, the camera already runs, and the seconds count from '
    'the moment when face_detector is ready.',
    run,
)

"""What ROS costs: the composed pipeline against a plain loop over the same parts."""

from collections.abc import Mapping
import re
import sys

from .case import Case, Measure, MeasuringFailed, Settings, Target
from .processes import Child, free_domain, judy_command, own_environment

# Seconds for the sample clip of 15 s, with starting and ending.
PATIENCE = 60.0


def run(settings: Settings) -> Mapping[str, float]:
    """Play the sample clip through the plain loop, through nothing, and through `judy`."""
    loop = _plain_loop('--detector', settings.detector)
    source = _plain_loop('--source-only', '--detector', settings.detector)
    composed = _judy(settings.detector)
    return {
        'ratio': composed / loop,
        'composed': composed,
        'loop': loop,
        'source': source,
        'without_source': (composed - source) / (loop - source),
    }


def cpu_per_picture(summary: str) -> float:
    """Return the milliseconds in the summary that `judy` prints at its end."""
    found = re.search(r'CPU per picture: ([\d.]+) ms', summary)
    if found is None:
        raise MeasuringFailed(f'judy says nothing of its CPU time: {summary[-500:]}')
    return float(found[1])


def _plain_loop(*arguments: str) -> float:
    command = [sys.executable, '-m', 'benchmark.plain_loop', *arguments]
    with Child('plain loop', command, own_environment(free_domain())) as child:
        return float(child.finish(PATIENCE).splitlines()[-1])


def _judy(detector: str) -> float:
    parameter = f'face_detector:detector:={detector}'
    command = judy_command('--source', 'clip', '--no-talk', '--ros-args', '-p', parameter)
    with Child('judy', command, own_environment(free_domain())) as child:
        return cpu_per_picture(child.finish(PATIENCE))


CASE = Case(
    'overhead',
    (
        Measure('ratio', 'CPU per picture, judy / plain loop', '×', Target('≤', 1.5)),
        Measure('composed', 'judy', 'ms'),
        Measure('loop', 'plain loop', 'ms'),
        Measure('source', 'of each, the source alone', 'ms'),
        Measure('without_source', 'ratio without the source', '×'),
    ),
    'User and system time of all threads of one process, by its pictures. judy --no-talk: camera, '
    'face_detector, emotion_classifier and console as nodes, from the first message on /faces '
    'to the last. Plain loop: the same source at the same 30 Hz, detector, '
    'tracker, alignment, network and smoothing, called one after the other, from the second '
    'picture to the last. The source alone: the plain loop with nothing called.',
    run,
)

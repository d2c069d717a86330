"""Camera, face_detector and emotion_classifier as processes of their own."""

from collections.abc import Mapping
from contextlib import ExitStack
import time

import numpy as np

from .case import Case, Measure, Settings, Target
from .listening import PATIENCE, Listener
from .processes import Child, free_domain, node_command, own_environment, wait_until

# Seconds that the sample clip plays, and that its last picture gets to become an emotion.
CLIP, DRAIN = 15.0, 0.5


def run(settings: Settings) -> Mapping[str, float]:
    """Play the sample clip once."""
    domain = free_domain()
    environment = own_environment(domain)

    def start(name: str, **parameters: str) -> Child:
        return stack.enter_context(Child(name, node_command(name, parameters), environment))

    with ExitStack() as stack:
        listener = stack.enter_context(Listener(domain))
        classifier = start('emotion_classifier')
        detector = start('face_detector', detector=settings.detector)
        listener.wait_for_publisher('emotion', classifier)
        listener.wait_for_publisher('faces', detector)
        camera = start('camera', video_device='clip')
        wait_until(
            lambda: listener.value('camera', 'state') == 'ended',
            CLIP + PATIENCE,
            'the clip still plays',
            [camera, detector, classifier],
        )
        time.sleep(DRAIN)
        published = int(listener.value('camera', 'pictures'))
        latencies = np.array(listener.latencies()) * 1e3
        return {
            'reached': 100 * len(listener.faces) / published,
            'p50': float(np.percentile(latencies, 50)),
            'p95': float(np.percentile(latencies, 95)),
        }


CASE = Case(
    'two_processes',
    (
        Measure('reached', 'pictures that reach /faces', '%', Target('≥', 99)),
        Measure('p50', 'picture stamp to /emotion, p50', 'ms', Target('≤', 12)),
        Measure('p95', 'picture stamp to /emotion, p95', 'ms', Target('≤', 25)),
    ),
    'Camera, face_detector and emotion_classifier are one process each, with the shared-memory '
    'profile; a fourth process listens. The sample clip once, 640x480 at 30 Hz. Latency: from the '
    'header stamp, set when the picture is due, to the callback of the listener.',
    run,
)

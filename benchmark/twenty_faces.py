"""A crowd: twenty faces in one picture."""

from collections.abc import Mapping
import time

import numpy as np
from rclpy.publisher import Publisher

from cp_xception_ros.emotion.classifier import OnnxClassifier
from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.resources import find
from cp_xception_ros.vision.clip import load_collins
from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.finder import CROP_SIZE, FoundFace

from .case import Case, Measure, Settings, Target
from .listening import Listener
from .processes import Child, free_domain, node_command, own_environment, wait_until

FACES, PICTURES, WARM_UP = 20, 60, 10
PERIOD = 0.1  # seconds between pictures
TIMEOUT = 2.0


def run(settings: Settings) -> Mapping[str, float]:
    """Send a crowd to an emotion_classifier process, then classify it here."""
    crops = _crops()
    latencies = _latencies(crops)[WARM_UP:]
    batch, singles = _cpu(crops)
    return {
        'p95': float(np.percentile(latencies, 95)) * 1e3,
        'ratio': batch / singles,
        'batch': batch * 1e3,
        'singles': singles * 1e3,
    }


def _crops() -> list[np.ndarray]:
    """Return different faces: windows that move over one portrait."""
    portrait = load_collins()
    return [
        np.ascontiguousarray(portrait[70 + n : 70 + n + CROP_SIZE, 160 + n : 160 + n + CROP_SIZE])
        for n in range(FACES)
    ]


def _latencies(crops: list[np.ndarray]) -> list[float]:
    """Return the seconds from publishing each crowd to its last emotion."""
    domain = free_domain()
    command = node_command('emotion_classifier', {})
    with (
        Listener(domain, faces=False) as listener,  # it sends them itself
        Child('emotion_classifier', command, own_environment(domain)) as classifier,
    ):
        publisher = listener.node.create_publisher(wire.FaceArray, 'faces', qos.FACES)
        listener.wait_for_publisher('emotion', classifier)
        return [_latency(listener, classifier, publisher, crops) for _ in range(PICTURES)]


def _latency(
    listener: Listener, classifier: Child, publisher: Publisher, crops: list[np.ndarray]
) -> float:
    stamp = time.time_ns()
    message = _crowd(crops, stamp)
    begun = time.time()
    publisher.publish(message)
    wait_until(
        lambda: len(listener.emotions.get(stamp, ())) == FACES,
        TIMEOUT,
        f'not all of {FACES} emotions came',
        [classifier],
    )
    time.sleep(PERIOD)
    return listener.emotions[stamp][-1] - begun


def _crowd(crops: list[np.ndarray], stamp: int) -> wire.FaceArray:
    sec, nanosec = divmod(stamp, wire.NANOSECONDS)
    header = wire.Header(frame_id='camera')
    header.stamp.sec, header.stamp.nanosec = sec, nanosec
    faces = [
        FoundFace(f'f{n:04}', Detection((30.0 * n, 100.0, 90.0, 110.0), 0.9), crop)
        for n, crop in enumerate(crops)
    ]
    return wire.face_array((480, 640), faces, header)


def _cpu(crops: list[np.ndarray]) -> tuple[float, float]:
    """Return the CPU seconds of one batch and of as many single calls, measured in turns."""
    classifier = OnnxClassifier(find('models/cp_xception.onnx'))
    batches, singles = [], []
    for _ in range(PICTURES):
        begun = time.process_time()
        classifier.classify(crops)
        between = time.process_time()
        for crop in crops:
            classifier.classify([crop])
        batches.append(between - begun)
        singles.append(time.process_time() - between)
    return float(np.median(batches[WARM_UP:])), float(np.median(singles[WARM_UP:]))


CASE = Case(
    'twenty_faces',
    (
        Measure('p95', '/faces to the twentieth /emotion, p95', 'ms', Target('≤', 15)),
        Measure('ratio', 'CPU, one batch / twenty single calls', '×', Target('<', 1)),
        Measure('batch', 'CPU of the batch', 'ms'),
        Measure('singles', 'CPU of twenty single calls', 'ms'),
    ),
    f'{PICTURES} arrays of twenty 96x96 crops, ten a second, the first {WARM_UP} left out. From '
    'just before publish() in this process, through an emotion_classifier process, to the '
    'callback of the twentieth message back here. CPU: the classifier alone, batch and single '
    'calls in turns.',
    run,
)

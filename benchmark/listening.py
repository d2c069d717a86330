"""A node of the benchmark's own that notes what the robot says, and when."""

from collections.abc import Callable
import time
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.qos import QoSProfile, ReliabilityPolicy

from cp_xception_ros.nodes import wire

from .processes import Child, wait_until
from .spun_node import SpunNode

# Nothing may be lost here, whatever the machine does meanwhile.
DEEP = QoSProfile(depth=1000, reliability=ReliabilityPolicy.RELIABLE)
# Seconds for processes to start and to find each other.
PATIENCE = 30.0
# Seconds after a match until the other end has matched as well.
SETTLING = 0.5


class Listener(SpunNode):
    """Keeps the times of reception, in seconds since the epoch, by the stamp of the picture."""

    def __init__(self, domain: int, faces: bool = True) -> None:
        super().__init__('benchmark', domain, start_parameter_services=False)
        self.faces: dict[int, float] = {}
        self.emotions: dict[int, list[float]] = {}
        self.diagnostics: dict[str, wire.DiagnosticStatus] = {}
        self.remarks: list[tuple[float, str]] = []
        if faces:
            self._listen(wire.FaceArray, 'faces', self._see_faces)
        self._listen(wire.EmotionStamped, 'emotion', self._see_emotion)
        self._listen(wire.DiagnosticArray, '/diagnostics', self._see_diagnostics)

    def wait_for_publisher(self, topic: str, child: Child) -> None:
        """Return when the child publishes `topic`, and has had time to find us."""
        problem = f'{child.name} publishes no {topic}'
        wait_until(lambda: self.node.count_publishers(topic) > 0, PATIENCE, problem, [child])
        time.sleep(SETTLING)

    def value(self, node: str, key: str) -> str:
        """Return a figure of a node's diagnostics; empty before the first."""
        status = self.diagnostics.get(node)
        return {v.key: v.value for v in status.values}.get(key, '') if status else ''

    def latencies(self) -> list[float]:
        """Return the seconds from each picture's stamp to each of its emotions."""
        return [
            received - stamp * 1e-9 for stamp, times in self.emotions.items() for received in times
        ]

    def _listen(self, kind: type, topic: str, callback: Callable[[Any], None]) -> None:
        # The executor looks through every service and event at every message: we have none, so
        # that our own time does not count much in the latencies.
        silent = SubscriptionEventCallbacks(use_default_callbacks=False)
        self.node.create_subscription(kind, topic, callback, DEEP, event_callbacks=silent)

    def _see_faces(self, message: wire.FaceArray) -> None:
        self.faces.setdefault(_nanoseconds(message.header), time.time())

    def _see_emotion(self, message: wire.EmotionStamped) -> None:
        now = time.time()
        self.emotions.setdefault(_nanoseconds(message.header), []).append(now)

    def _see_diagnostics(self, message: wire.DiagnosticArray) -> None:
        for status in message.status:
            self.diagnostics[status.name] = status
            if status.message:
                self.remarks.append((time.time(), status.message))


def _nanoseconds(header: wire.Header) -> int:
    return header.stamp.sec * wire.NANOSECONDS + header.stamp.nanosec

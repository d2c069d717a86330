"""Subscribes to pictures of any camera, and notices when they get lost on the way."""

from collections.abc import Callable
import time

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions, QoSPolicyKind

from ..resources import find
from ..runtime.stats import Rate
from . import qos, transport, wire
from .base import steady_clock
from .health import ERROR, OK, WARN, Health

# Seconds between looks at the publishers.
LOOK_PERIOD = 0.5
SILENCE = 5.0
# A best-effort camera that is silent so long is rather not heard: it is said within 5 s, with the
# time to look and to publish diagnostics.
LOST_AFTER = 3.0
# Reliability has a parameter of its own, which follows the publishers.
OVERRIDES = QoSOverridingOptions(
    policy_kinds=[QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.DURABILITY]
)


class ImageInput:
    """A subscription that asks for as much reliability as every publisher offers."""

    def __init__(
        self,
        node: Node,
        topic: str,
        image_transport: str,
        reliability: str,
        callback: Callable[[wire.Picture], object],
    ) -> None:
        self._node, self._callback = node, callback
        self._type = wire.CompressedImage if image_transport == 'compressed' else wire.Image
        self._topic = f'{topic}/compressed' if image_transport == 'compressed' else topic
        self._reliability = reliability
        self._received, self._lost = Rate(), Rate()
        self._last_picture = time.monotonic()
        self._noticed = ''
        self._subscribe(reliable=reliability != 'best_effort')
        node.create_timer(LOOK_PERIOD, self._look, clock=steady_clock())

    def health(self) -> Health:
        """Say whether pictures come in."""
        values = {
            'image_topic': self._subscription.topic_name,
            'image_reliability': 'reliable' if self._reliable else 'best effort',
            'pictures_per_second': f'{self._received.hertz:.1f}',
            'pictures_lost_on_the_way': str(self._lost.total),
        }
        return Health(*self._problem(), values)

    def _subscribe(self, reliable: bool) -> None:
        self._reliable = reliable
        self._subscription = self._node.create_subscription(
            self._type,
            self._topic,
            self._receive,
            qos.IMAGE_IN_RELIABLE if reliable else qos.IMAGE_IN_BEST_EFFORT,
            event_callbacks=SubscriptionEventCallbacks(
                message_lost=self._count_lost, use_default_callbacks=False
            ),
            qos_overriding_options=OVERRIDES,
        )

    def _receive(self, message: wire.Picture) -> None:
        self._received.add()
        self._last_picture = time.monotonic()
        self._callback(message)

    def _count_lost(self, event: object) -> None:
        for _ in range(event.total_count_change):  # type: ignore[attr-defined]
            self._lost.add()

    def _look(self) -> None:
        if self._reliability == 'auto':
            self._follow_publishers()
        problem = self._problem()[1]
        if problem and problem != self._noticed:
            self._node.get_logger().warning(problem)
        self._noticed = problem

    def _follow_publishers(self) -> None:
        offers = [
            info.qos_profile.reliability
            for info in self._node.get_publishers_info_by_topic(self._subscription.topic_name)
        ]
        if not offers:
            return
        reliable = all(offer == ReliabilityPolicy.RELIABLE for offer in offers)
        if reliable != self._reliable:
            self._node.destroy_subscription(self._subscription)
            self._subscribe(reliable)

    def _problem(self) -> tuple[int, str]:
        topic = self._subscription.topic_name
        silence = time.monotonic() - self._last_picture
        publishers = self._node.count_publishers(topic) if silence > LOST_AFTER else 0
        if self._lost.hertz > self._received.hertz:
            return ERROR, f'most pictures on {topic} get lost on the way: {self._cure()}'
        if publishers and self._fragile:
            return ERROR, f'no pictures on {topic}; if its camera is on: {self._cure()}'
        if silence > SILENCE:
            return WARN, f'no pictures on {topic} ({publishers} publishers); {self._advice()}'
        return OK, ''

    @property
    def _fragile(self) -> bool:
        """Whether pictures may all get lost without a trace."""
        return not self._reliable and self._type is wire.Image

    def _cure(self) -> str:
        return (
            'best effort loses big pictures without shared memory. Start the camera with '
            f'{transport.variable()}={find("config/fastdds_shm.xml")}, or make its publisher '
            'reliable, or set image_transport to compressed'
        )

    def _advice(self) -> str:
        kind = f'sensor_msgs/msg/{self._type.__name__}'
        topics = [name for name, types in self._node.get_topic_names_and_types() if kind in types]
        others = sorted(set(topics) - {self._subscription.topic_name})
        return f'other topics of this type: {", ".join(others)}' if others else 'is a camera on?'

"""What every node of this package shares: life cycle, error reports and diagnostics."""

from collections.abc import Callable
import time
import traceback
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.publisher import Publisher

from ..runtime.repeats import Repeats
from ..runtime.stats import Rate
from . import wire
from .health import OK, WARN, Health, worse

# What the world does to us, counted and survived: an unplugged camera, a broken picture.
WORLD_ERRORS = (ValueError, OSError)


def steady_clock() -> Clock:
    """Return the clock for timers that go on when a simulated clock stands still."""
    return Clock(clock_type=ClockType.STEADY_TIME)


def wait_for_reader(publisher: Publisher, patience: float) -> bool:
    """Wait until somebody has found the publisher, at most `patience` seconds; say whether.

    What is published before is lost to those who are still looking. Not for callbacks.
    """
    deadline = time.monotonic() + patience
    while not publisher.get_subscription_count() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(publisher.get_subscription_count())


class AppNode(Node):
    """A node whose process is owned by `spin.run`."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.on_bug: Callable[[Exception], None] = self._log_bug
        self._errors, self._last_error, self._repeats = Rate(), '', Repeats()
        self._diagnostics = self.create_publisher(wire.DiagnosticArray, '/diagnostics', 10)
        self.create_timer(1.0, self._publish_diagnostics, clock=steady_clock())

    def start(self) -> None:
        """Start threads; called once, after every node of the process was built."""

    def close(self) -> None:
        """Ask threads to end, without waiting; called once, before `join`."""

    def join(self, timeout: float) -> bool:
        """Wait for the threads, in seconds; True when all have ended."""
        return True

    def health(self) -> Health:
        """Say how the node does, for /diagnostics."""
        return Health()

    def report(self, error: Exception) -> None:
        """Count and log what the world did; anything else is a bug and ends the process."""
        if not isinstance(error, WORLD_ERRORS):
            self.on_bug(error)
            return
        self._errors.add()
        self._last_error = str(error)
        # What goes on unchanged is in the diagnostics; the log need not fill up with it.
        if self._repeats.worth_saying(self._last_error):
            self.get_logger().warning(self._last_error)

    def now(self) -> float:
        """Return the ROS time in seconds."""
        return self.get_clock().now().nanoseconds * 1e-9

    def _log_bug(self, error: Exception) -> None:
        self.get_logger().fatal(''.join(traceback.format_exception(error)))

    def _publish_diagnostics(self) -> None:
        health = self.health()
        if self._errors.hertz > 0:
            health = worse(health, Health(WARN, self._last_error))
        health.values['errors'] = str(self._errors.total)
        if health.level == OK and not health.message:
            health.message = 'running'
        self._diagnostics.publish(wire.diagnostics(self, health))

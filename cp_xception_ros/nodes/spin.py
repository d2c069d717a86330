"""Run one node or many in this process, and end cleanly on SIGINT or SIGTERM."""

from collections.abc import Callable, Sequence
import os
from pathlib import Path
import signal
import sys
import tempfile
import threading
import time
import traceback

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from ..runtime import memory
from . import log, transport
from .base import AppNode
from .errors import EXIT_BUG, EXIT_CONFIG, ConfigError

# All threads together get this long to end, in seconds.
JOIN_DEADLINE = 1.5


def run(
    factories: Sequence[Callable[[], AppNode]],
    args: list[str] | None = None,
    stop: threading.Event | None = None,
    farewell: Callable[[], None] = lambda: None,
) -> int:
    """Spin the nodes until a signal, `stop` or a failure; return the exit status.

    0: asked to stop; then `farewell` is called once the nodes have ended. 78: the configuration
    is wrong, one line on stderr says how. 1: a bug, with its traceback. A process that cannot end
    its threads in time ends all the same.
    """
    stop = stop or threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A second signal finds the event set and changes nothing.
        signal.signal(number, lambda *_: stop.set())
    _prepare_process()
    host = _Host(stop)
    try:
        _init(args)
        host.build(factories)
        host.start()
        stop.wait()
    except Exception as error:
        host.fail(error)
    status = _explain(host.failure)
    ended = host.end()
    if status == 0:
        farewell()
    if not ended:
        # A thread hangs in somebody else's code; waiting for it would hang the robot.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


class _Host:
    """The nodes of this process, each with a thread that runs its callbacks."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self._nodes, self._spinners = stop, list[AppNode](), list[_Spinner]()
        self.failure: Exception | None = None

    def build(self, factories: Sequence[Callable[[], AppNode]]) -> None:
        for make in factories:
            node = make()
            node.on_bug = self.fail
            self._nodes.append(node)

    def start(self) -> None:
        self._spinners = [_Spinner(node, self._stop, self.fail) for node in self._nodes]
        for spinner in self._spinners:
            spinner.start()
        for node in self._nodes:
            node.start()

    def fail(self, error: Exception) -> None:
        """End the process because of `error`; the first one counts."""
        self.failure = self.failure or error
        self._stop.set()

    def end(self) -> bool:
        """Unwind in reverse; False where a thread would not end within the deadline."""
        deadline = time.monotonic() + JOIN_DEADLINE
        for node in reversed(self._nodes):
            node.close()
        ended = [node.join(_left(deadline)) for node in reversed(self._nodes)]
        ended += [spinner.end(deadline) for spinner in reversed(self._spinners)]
        if all(ended):
            for node in reversed(self._nodes):
                node.destroy_node()
            rclpy.try_shutdown()
        return all(ended)


class _Spinner:
    """One node's callbacks, one at a time, on a thread of their own.

    rclpy's executor looks through everything it has at every message: one for all nodes of a
    process takes a third more CPU time than one for each.
    """

    def __init__(
        self, node: AppNode, stop: threading.Event, fail: Callable[[Exception], None]
    ) -> None:
        self._stop, self._fail = stop, fail
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        self._thread = threading.Thread(
            target=self._spin, name=f'{node.get_name()} executor', daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def end(self, deadline: float) -> bool:
        """Say whether the thread has ended in time."""
        if not self._executor.shutdown(_left(deadline)):
            return False
        self._thread.join(_left(deadline))
        return not self._thread.is_alive()

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            self._stop.set()
        except Exception as error:
            self._fail(error)


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _explain(failure: Exception | None) -> int:
    """Print what ended the process and return its exit status."""
    if isinstance(failure, ConfigError):
        print(f'error: {failure}', file=sys.stderr, flush=True)
        return EXIT_CONFIG
    if failure is not None:
        traceback.print_exception(failure)
        return EXIT_BUG
    return 0


def _prepare_process() -> None:
    # PortAudio's Python silences descriptor 2 while it looks for devices: keep one of our own.
    sys.stderr = os.fdopen(os.dup(2), 'w', buffering=1)
    memory.keep_big_blocks()
    log.forward_to(get_logger(log.PACKAGE))
    os.environ.update(transport.environment(os.environ))
    if 'HOME' not in os.environ:  # rclpy insists on a place for its logs
        os.environ.setdefault('ROS_LOG_DIR', str(Path(tempfile.gettempdir(), 'ros_log')))


def _init(args: list[str] | None) -> None:
    try:
        # We keep the signals: workers have to stop while the context is still valid.
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    except Exception as error:  # a bad argument or parameter file; rclpy has no class of its own
        raise ConfigError(str(error).split(', at ')[0]) from error

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
) -> int:
    """Spin the nodes until a signal, `stop` or a failure; return the exit status.

    0: asked to stop. 78: the configuration is wrong, one line on stderr says how. 1: a bug, with
    its traceback. A process that cannot end its threads in time ends all the same.
    """
    stop = stop or threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A second signal finds the event set and changes nothing.
        signal.signal(number, lambda *_: stop.set())
    _prepare_process()
    nodes: list[AppNode] = []
    errors: list[Exception] = []
    try:
        _init(args)
        _build(factories, nodes)
        _spin(nodes, stop, errors)
    except Exception as error:
        errors.append(error)
    status = _explain(errors)
    if not _tear_down(nodes):
        # A thread hangs in somebody else's code; waiting for it would hang the robot.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _prepare_process() -> None:
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


def _build(factories: Sequence[Callable[[], AppNode]], nodes: list[AppNode]) -> None:
    for make in factories:
        nodes.append(make())


def _spin(nodes: list[AppNode], stop: threading.Event, errors: list[Exception]) -> None:
    def fail(error: Exception) -> None:
        errors.append(error)
        stop.set()

    executor = SingleThreadedExecutor()
    for node in nodes:
        node.on_bug = fail
        executor.add_node(node)

    def spin() -> None:
        try:
            executor.spin()
        except ExternalShutdownException:
            stop.set()
        except Exception as error:
            fail(error)

    thread = threading.Thread(target=spin, name='executor', daemon=True)
    thread.start()
    for node in nodes:
        node.start()
    stop.wait()
    executor.shutdown(JOIN_DEADLINE)
    thread.join(JOIN_DEADLINE)


def _explain(errors: list[Exception]) -> int:
    """Print what ended the process and return its exit status."""
    for error in errors:
        if isinstance(error, ConfigError):
            print(f'error: {error}', file=sys.stderr, flush=True)
            return EXIT_CONFIG
    for error in errors:
        traceback.print_exception(error)
    return EXIT_BUG if errors else 0


def _tear_down(nodes: list[AppNode]) -> bool:
    deadline = time.monotonic() + JOIN_DEADLINE
    for node in reversed(nodes):
        node.close()
    ended = [node.join(max(0.0, deadline - time.monotonic())) for node in reversed(nodes)]
    if all(ended):
        for node in reversed(nodes):
            node.destroy_node()
        rclpy.try_shutdown()
    return all(ended)

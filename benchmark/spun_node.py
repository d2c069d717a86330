"""A node of the benchmark's own: its context, its executor and the thread that runs it."""

import threading
from types import TracebackType
from typing import Any, TypeVar

from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

# Seconds for the thread to end.
FAREWELL = 2.0
Self = TypeVar('Self', bound='SpunNode')


class SpunNode:
    """`node` takes subscriptions and publishers from the start, and is spun within `with`."""

    def __init__(self, name: str, domain: int, **options: Any) -> None:
        self._context = Context()
        self._context.init(domain_id=domain)
        self.node = Node(name, context=self._context, enable_rosout=False, **options)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def __enter__(self: Self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(FAREWELL)
        self._thread.join(FAREWELL)
        self.node.destroy_node()
        self._context.try_shutdown()

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            return

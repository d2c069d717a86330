"""A node that works on the newest message, on a thread of its own."""

import time
from typing import Any, Generic, TypeVar

from ..runtime.stats import Rate, Samples
from ..runtime.workers import LatestWorker
from .base import AppNode
from .health import milliseconds

Message = TypeVar('Message')


class WorkerNode(AppNode, Generic[Message]):
    """Hands what `receive` is called with to `work`; counts, times and drops on the way."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self._rate, self._latency, self._work_time = Rate(), Samples(), Samples()
        self._worker: LatestWorker[tuple[float, Message]] = LatestWorker(
            name, self._measure, self.report
        )

    def receive(self, message: Message) -> None:
        """Take in a message: the callback of the node's subscription."""
        self._worker.put((time.monotonic(), message))

    def work(self, message: Message, received: float) -> float:
        """Work on a message that came at `received`, monotonic; return its picture's stamp."""
        raise NotImplementedError

    def start(self) -> None:
        self._worker.start()

    def close(self) -> None:
        self._worker.close()

    def join(self, timeout: float) -> bool:
        return self._worker.join(timeout)

    @property
    def dropped(self) -> int:
        """Messages that came while an older one was still in work."""
        return self._worker.dropped

    def figures(self) -> dict[str, str]:
        """Return rate, drops and times, for diagnostics."""
        return {
            'pictures_per_second_done': f'{self._rate.hertz:.1f}',
            'pictures_dropped': str(self.dropped),
            'work_ms_p50_p95': milliseconds(self._work_time),
            'latency_ms_p50_p95': milliseconds(self._latency),
        }

    def _measure(self, item: tuple[float, Message]) -> None:
        received, message = item
        begun = time.monotonic()
        stamp = self.work(message, received)
        self._work_time.add(time.monotonic() - begun)
        self._latency.add(self.now() - stamp)
        self._rate.add()

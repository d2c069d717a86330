"""The console node of `judy`: emotions as lines for people or JSON for pipes."""

from collections.abc import Callable
import json
import sys
import threading
import time
from typing import Any

from ..cli.session import Session
from ..emotion.labels import EMOTIONS
from . import qos, wire
from .base import AppNode, steady_clock

# Seconds for the last pictures of a recording to become emotions, and for a last reply.
LINGER, LONGEST_REPLY = 1.0, 20.0
TICK = 0.1
BUSY = (wire.DialogueState.THINKING, wire.DialogueState.SPEAKING)


class ConsoleNode(AppNode):
    """Prints what the nodes of its process publish; they call it, each on its own thread.

    Subscribing to them would cost a tenth of the whole process.
    `on_done` is called when nobody reads any more, or when all is said after `finish`.
    """

    def __init__(
        self,
        as_json: bool,
        quiet: bool,
        talking: bool,
        on_done: Callable[[], None],
        **options: Any,
    ) -> None:
        super().__init__('console', start_parameter_services=False, **options)
        self.session = Session()
        self._as_json, self._quiet, self._on_done = as_json, quiet, on_done
        self._cpu_start: float | None = None
        self._cpu_end = 0.0
        self._finished_at, self._busy = 0.0, False
        self._lock = threading.Lock()
        if talking:
            self.create_subscription(
                wire.DialogueState, 'dialogue/state', self._follow_dialogue, qos.STATE
            )

    @property
    def cpu_seconds(self) -> float:
        """CPU time of this process from the first picture to the last."""
        return self._cpu_end - (self._cpu_start or 0.0)

    def finish(self) -> None:
        """The recording is over: let the last words be spoken, then end."""
        self._finished_at = time.monotonic()
        self.create_timer(TICK, self._look_for_the_end, clock=steady_clock())

    def _follow_dialogue(self, message: wire.DialogueState) -> None:
        self._busy = message.state in BUSY

    def _look_for_the_end(self) -> None:
        waited = time.monotonic() - self._finished_at
        if waited > LONGEST_REPLY or (waited > LINGER and not self._busy):
            self._on_done()

    def see_faces(self, message: wire.FaceArray) -> None:
        self._cpu_end = time.process_time()
        if self._cpu_start is None:
            self._cpu_start = self._cpu_end
        stamp = wire.seconds(message.header.stamp)
        with self._lock:
            self._tell(self.session.picture(stamp, [face.face_id for face in message.faces]))

    def see_emotion(self, message: wire.EmotionStamped) -> None:
        stamp = wire.seconds(message.header.stamp)
        with self._lock:
            lines = self.session.emotion(
                stamp, message.face_id, message.name, message.confidence, self.now() - stamp
            )
            if self._as_json:
                self._write(json.dumps(as_dict(message)))
            else:
                self._tell(lines)

    def _tell(self, lines: list[str]) -> None:
        if not (self._as_json or self._quiet):
            for line in lines:
                self._write(line)

    def _write(self, line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:  # `judy --json | head -1` has had enough
            sys.stdout = None
            self._on_done()


def as_dict(message: wire.EmotionStamped) -> dict[str, Any]:
    """Return an EmotionStamped as plain values, in the order of the message."""
    roi = message.roi
    return {
        'stamp': wire.seconds(message.header.stamp),
        'frame_id': message.header.frame_id,
        'face_id': message.face_id,
        'roi': {'x': roi.x_offset, 'y': roi.y_offset, 'width': roi.width, 'height': roi.height},
        'emotion': message.name,
        'confidence': _round(message.confidence),
        'probabilities': _named(message.probabilities),
        'frame_probabilities': _named(message.frame_probabilities),
        'valence': _round(message.valence),
        'arousal': _round(message.arousal),
        'model': message.model,
        'processing_time': message.processing_time.sec + message.processing_time.nanosec * 1e-9,
    }


def _named(probabilities: Any) -> dict[str, float]:
    return {name: _round(p) for name, p in zip(EMOTIONS, probabilities, strict=True)}


def _round(value: float) -> float:
    return round(float(value), 4)

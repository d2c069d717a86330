"""Pieces of a reply in, sound and what it is doing out."""

from collections.abc import Callable
from dataclasses import dataclass
import threading
import time

import numpy as np

from ..runtime.workers import QueueWorker
from .audio import SILENCE_DBFS, Resampler, amplitude
from .devices import RATE
from .errors import SynthesisError
from .mixer import Mixer
from .pieces import Piece, PieceOrder
from .speech_track import Clip
from .synthesis import Synthesiser

IDLE, SPEAKING, INTERRUPTED = range(3)
REPORT_EVERY = 0.1  # seconds, while something sounds
AUDIBLE = -50.0  # dBFS
# A reply whose end never comes, because its author died, is over after this many seconds.
ABANDONED = 10.0
CAPACITY = 100  # pieces
PART = 4000  # samples
LEAD = 0.01  # seconds of silence kept before the first sound of a sentence


@dataclass(frozen=True)
class Status:
    """What the loudspeaker does. `level`: dBFS of what is being played."""

    turn: int
    state: int
    music: bool
    level: float


@dataclass
class Spoken:
    """A piece on its way through the synthesiser and the loudspeaker."""

    piece: Piece
    clip: Clip
    cancelled: threading.Event


class Speaker:
    """Says the pieces of the newest turn in order, and drops those of older ones.

    `tick` must be called after every block that is played (from the player's thread).
    """

    def __init__(
        self,
        synthesiser: Synthesiser,
        mixer: Mixer,
        on_status: Callable[[Status], None],
        on_error: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._synthesiser, self._mixer = synthesiser, mixer
        self._on_status, self._on_error, self._clock = on_status, on_error, clock
        self._lock = threading.Lock()
        self._order = PieceOrder(clock)
        self._cancelled = threading.Event()
        self._pending: list[Spoken] = []
        self._turn, self._state = 0, IDLE
        self._active_at = 0.0
        self._told: Status | None = None
        self._told_at = 0.0
        self._worker = QueueWorker('synthesiser', self._synthesise, on_error, CAPACITY)

    @property
    def turn(self) -> int:
        """The newest turn that was heard of."""
        return self._order.turn

    @property
    def stale(self) -> int:
        """Pieces that were dropped because their turn was over, or that came twice."""
        return self._order.stale

    def start(self) -> None:
        self._worker.start()

    def close(self) -> None:
        self._cancelled.set()
        self._worker.close()

    def join(self, timeout: float) -> bool:
        ended = self._worker.join(timeout)
        if ended:
            self._synthesiser.close()
        return ended

    def say(self, piece: Piece) -> None:
        """Say it when its place in the turn comes."""
        with self._lock:
            if piece.turn > self._order.turn:
                self._cut()
            ready = self._order.add(piece)
            self._enqueue(ready)

    def newest_turn(self, turn: int) -> None:
        """Fall silent where an older turn is being said."""
        with self._lock:
            if self._order.start_turn(turn):
                self._cut()

    def tick(self) -> None:
        """Follow what was just played; tells `on_status` of changes, and of the level."""
        with self._lock:
            self._enqueue(self._order.overdue())
            self._advance()
            self._tell()

    def _enqueue(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            spoken = Spoken(piece, Clip(), self._cancelled)
            if not self._worker.put(spoken):
                self._on_error(SynthesisError(f'more than {CAPACITY} pieces wait: one is dropped'))
                continue
            # From here on, in order: a stop then also stops what is not yet made into sound.
            self._mixer.speech.add(spoken.clip)
            self._pending.append(spoken)
            self._active_at = self._clock()

    def _cut(self) -> None:
        self._cancelled.set()
        self._cancelled = threading.Event()
        self._order.stale += len(self._pending)
        self._pending.clear()
        self._mixer.speech.stop()
        if self._state == SPEAKING:
            self._state = INTERRUPTED
            self._tell()

    def _advance(self) -> None:
        """Move on with what has been played."""
        while self._pending and self._pending[0].clip.finished:
            piece = self._pending.pop(0).piece
            self._turn, self._state = piece.turn, IDLE if piece.last else SPEAKING
            self._active_at = self._clock()
        if self._pending and self._pending[0].clip.started:
            self._turn, self._state = self._pending[0].piece.turn, SPEAKING
            self._active_at = self._clock()
        elif self._over():
            self._state = IDLE

    def _over(self) -> bool:
        if self._state == INTERRUPTED:
            return not self._mixer.speech.fading
        return self._clock() - self._active_at > ABANDONED

    def _tell(self) -> None:
        status = Status(self._turn, self._state, self._mixer.music, self._mixer.level)
        if self._worth_telling(status):
            self._told, self._told_at = status, self._clock()
            self._on_status(status)

    def _worth_telling(self, status: Status) -> bool:
        told = self._told
        if told is None or _kind(status) != _kind(told):
            return True
        if told.level > SILENCE_DBFS >= status.level:
            return True
        return status.level > SILENCE_DBFS and self._clock() - self._told_at >= REPORT_EVERY

    def _synthesise(self, spoken: Spoken) -> None:
        try:
            if spoken.piece.sentence.text.strip() and not spoken.cancelled.is_set():
                self._fill(spoken)
        finally:
            spoken.clip.complete()

    def _fill(self, spoken: Spoken) -> None:
        """Put the sentence into its clip, without the silence before its first sound."""
        resampler, rate, silent = Resampler(RATE, RATE), RATE, True
        for sound in self._synthesiser.synthesise(spoken.piece.sentence, spoken.cancelled):
            if spoken.cancelled.is_set():
                return
            if sound.rate != rate:
                spoken.clip.append(resampler.feed(np.zeros(0, np.float32), last=True))
                resampler, rate = Resampler(sound.rate, RATE), sound.rate
            # In small parts, so that the first is heard before the last is converted.
            for start in range(0, len(sound.samples), PART):
                samples = resampler.feed(sound.samples[start : start + PART])
                if silent:
                    samples = _without_lead(samples)
                    silent = not len(samples)
                spoken.clip.append(samples)
        spoken.clip.append(resampler.feed(np.zeros(0, np.float32), last=True))


def _kind(status: Status) -> tuple[int, int, bool]:
    return status.turn, status.state, status.music


def _without_lead(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples) > amplitude(AUDIBLE))
    return samples[max(0, loud[0] - round(LEAD * RATE)) :] if len(loud) else samples[:0]

"""From a source of sound to utterances in words."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import threading
import time

import numpy as np

from ..runtime.backoff import Backoff
from .activity import SECONDS, Activity, VoiceActivity
from .echo import RobotVoice
from .endpointing import Began, Ended, Endpointer
from .errors import DeviceError, EndOfSource, Overrun, Unavailable
from .priority import hurry
from .sources import AudioSource

LONGEST_BUFFER = 1.0  # seconds of sound in a loudspeaker; a stamp beyond that is wrong
KEPT = 250  # frames that may become the beginning of an utterance


@dataclass(frozen=True)
class VoiceChange:
    """A voice began or ended, in the sound of that time (seconds of the listener's clock)."""

    voice: bool
    level: float
    time: float


class UtteranceSink:
    """What an utterance is told to, in this order; overridden by the recognition."""

    def begin(self, start: float, frames: list[np.ndarray]) -> None: ...

    def feed(self, frame: np.ndarray) -> None: ...

    def end(self, stop: float) -> None: ...

    def abandon(self) -> None: ...


class Listener:
    """Reads the source on a thread of its own, and opens it again when it goes away.

    `clock` gives the time of a sound, in seconds. While muted, the source is closed. `overruns`
    counts how often sound of any source was lost, which `on_error` hears of as well.
    """

    def __init__(
        self,
        open_source: Callable[[], AudioSource],
        activity: VoiceActivity,
        endpointer: Endpointer,
        sink: UtteranceSink,
        on_voice: Callable[[VoiceChange], None],
        on_error: Callable[[Exception], None],
        clock: Callable[[], float] = time.time,
        on_end: Callable[[], None] = lambda: None,
        muted: bool = False,
    ) -> None:
        self._open_source, self._activity, self._endpointer = open_source, activity, endpointer
        self._sink, self._on_voice, self._on_error = sink, on_voice, on_error
        self._clock, self._on_end = clock, on_end
        self._robot, self._robot_lock = RobotVoice(), threading.Lock()
        self._backoff = Backoff()
        self._recent: deque[np.ndarray] = deque(maxlen=KEPT)
        self._source: AudioSource | None = None
        self.overruns = 0
        self._overruns_of_source = 0
        self._closed = False
        self._muted = muted
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name='listener', daemon=True)

    @property
    def source(self) -> str:
        """The source's name; empty while none is open."""
        source = self._source
        return source.name if source else ''

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()

    def join(self, timeout: float) -> bool:
        """Wait for the thread, in seconds; True when it has ended or was never started."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def mute(self, muted: bool, timeout: float = 1.0) -> bool:
        """Close the source, or open it again; True once a muted source is really closed."""
        with self._wake:
            self._muted = muted
            self._wake.notify()
            return self._wake.wait_for(lambda: not muted or self._source is None, timeout)

    def robot_level(self, level: float, heard_at: float) -> None:
        """What the robot itself plays, in dBFS, and when that is heard, by this clock."""
        now = self._clock()
        with self._robot_lock:
            self._robot.report(level, min(max(now, heard_at), now + LONGEST_BUFFER))

    def _run(self) -> None:
        hurry()
        while not self._closed:
            try:
                if self._muted:
                    self._stop_capture()
                    self._wait(lambda: not self._muted, None)
                else:
                    source = self._opened()
                    self._hear(source.read())
                    self._count_overruns(source)
            except EndOfSource:
                self._stop_capture()
                self._on_end()
                self._wait(lambda: self._muted, None)
            except (DeviceError, Unavailable) as error:
                self._on_error(error)
                self._stop_capture()
                self._wait(lambda: self._muted, self._backoff.next())
            except Exception as error:  # a bug must not end the hearing without a word
                self._on_error(error)
        self._stop_capture()

    def _wait(self, condition: Callable[[], bool], timeout: float | None) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._closed or condition(), timeout)

    def _opened(self) -> AudioSource:
        if self._source is None:
            self._source = self._open_source()
            self._overruns_of_source = 0
        return self._source

    def _count_overruns(self, source: AudioSource) -> None:
        new = source.overruns - self._overruns_of_source
        if new:
            self.overruns += new
            self._overruns_of_source = source.overruns
            self._on_error(Overrun(f'{source.name}: sound is lost: the machine is too busy'))

    def _stop_capture(self) -> None:
        if self._endpointer.speaking:
            self._sink.abandon()
            self._on_voice(VoiceChange(False, -100.0, self._clock()))
        self._endpointer.reset()
        self._recent.clear()
        source = self._source
        if source is not None:
            source.close()
        with self._wake:
            self._source = None
            self._wake.notify_all()

    def _hear(self, frame: np.ndarray) -> None:
        self._backoff.reset()
        self._recent.append(frame)
        now = self._clock()
        with self._robot_lock:
            robot = self._robot.level(now)
        activity = self._activity.update(frame)
        was_speaking = self._endpointer.speaking
        event = self._endpointer.update(activity.voice, activity.level, robot)
        if isinstance(event, Began):
            self._begin(event, activity, now)
        elif was_speaking:
            self._sink.feed(frame)
        if isinstance(event, Ended):
            self._end(event, activity, now)

    def _begin(self, event: Began, activity: Activity, now: float) -> None:
        self._on_voice(VoiceChange(True, activity.level, now))
        self._sink.begin(now - event.onset * SECONDS, list(self._recent)[-event.frames :])

    def _end(self, event: Ended, activity: Activity, now: float) -> None:
        self._on_voice(VoiceChange(False, activity.level, now))
        self._sink.end(now - event.silent * SECONDS)

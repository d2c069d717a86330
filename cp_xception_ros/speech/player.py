"""One thread that carries sound from the mixer to whichever device works."""

from collections.abc import Callable
import threading
import time

from ..runtime.backoff import Backoff
from .audio import SILENCE_DBFS
from .devices import BLOCK, Opener, OutputDevice, open_first
from .errors import DeviceError
from .mixer import Mixer
from .priority import hurry

SHORT_LIFE = 2.0  # seconds


class Player:
    """Plays `mixer` on the first of `ways` that opens, and looks for a better one in silence.

    `on_block` is called after each block (20 ms), `on_error` for each failure.
    """

    def __init__(
        self,
        mixer: Mixer,
        ways: list[Opener],
        on_block: Callable[[], None],
        on_error: Callable[[Exception], None],
        backoff: Backoff | None = None,
    ) -> None:
        self._mixer, self._ways = mixer, ways
        self._on_block, self._on_error = on_block, on_error
        self._backoff = backoff or Backoff(1.0, 2.0, 60.0)
        self._device: OutputDevice | None = None
        self._place = self._first = 0
        self._opened_at = self._retry_at = 0.0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name='player', daemon=True)

    @property
    def device(self) -> str:
        """The device's name; empty while none is open."""
        device = self._device
        return device.name if device else ''

    @property
    def latency(self) -> float:
        """Seconds until what was rendered last is heard."""
        device = self._device
        return device.latency if device else 0.0

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ask the thread to end; does not wait."""
        self._closed.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread, in seconds; True when it has ended or was never started."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        hurry()
        while not self._closed.is_set():
            try:
                self._play_block()
            except DeviceError as error:
                self._lose(error)
            except Exception as error:  # a bug must not end the sound without a word
                self._on_error(error)
        self._release()

    def _play_block(self) -> None:
        if self._device is None:
            self._open()
        elif self._place and self._silent and time.monotonic() >= self._retry_at:
            self._try_better()
        assert self._device is not None
        self._device.write(self._mixer.render(BLOCK))
        self._on_block()

    def _open(self) -> None:
        self._place, self._device = open_first(self._ways, self._first, self._on_error)
        self._opened_at = time.monotonic()
        self._retry_at = self._opened_at + self._backoff.next()

    def _try_better(self) -> None:
        self._retry_at = time.monotonic() + self._backoff.next()
        for place, way in enumerate(self._ways[: self._place]):
            try:
                better = way()
            except OSError:
                continue  # what is missing was told when it was first looked for
            self._release()
            self._place, self._device = place, better
            self._opened_at = time.monotonic()
            if place == 0:
                self._backoff.reset()
            return

    def _lose(self, error: DeviceError) -> None:
        self._on_error(error)
        opened, lived = self._device is not None, time.monotonic() - self._opened_at
        self._release()
        self._mixer.speech.rewind()
        # One that is lost as soon as it is opened must not keep the next one from its turn.
        self._first = self._place + 1 if opened and lived < SHORT_LIFE else 0
        if not opened or self._first >= len(self._ways):
            self._first = 0
            self._closed.wait(self._backoff.next())

    def _release(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()

    @property
    def _silent(self) -> bool:
        return self._mixer.level <= SILENCE_DBFS and not self._mixer.speech.active

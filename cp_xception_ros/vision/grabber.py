"""Keeps a camera going: opens it, reads it, notices when it is gone, and opens it again."""

from collections.abc import Callable
import threading
import time

from ..runtime.backoff import Backoff
from .sources.base import BadSource, Camera, CameraError, EndOfSource, Frame

# States, as shown to people.
OFF, OPENING, CAPTURING, LOST, ENDED = 'off', 'opening', 'capturing', 'lost', 'ended'


class Grabber:
    """Reads a camera on daemon threads of its own; the callbacks run there.

    A read can hang for good in a driver, and no thread can be stopped from outside: `check` gives
    a hanging one up, to end by itself when its read returns, and begins again with a fresh one.
    """

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        on_frame: Callable[[Frame], None],
        on_error: Callable[[Exception], None],
        on_end: Callable[[], None],
        stall_timeout: float = 5.0,
        backoff: Backoff | None = None,
    ) -> None:
        self._open, self._on_frame = open_camera, on_frame
        self._on_error, self._on_end = on_error, on_end
        self._stall_timeout = stall_timeout
        self._backoff = backoff or Backoff()
        self._session: _Session | None = None
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.state, self.name, self.reopened = OFF, '', 0

    def start(self) -> None:
        """Open the camera and read it until `stop`."""
        with self._lock:
            if self._session is None:
                self._begin(delay=0.0)

    def stop(self) -> None:
        """Close the camera, without waiting for a read that blocks."""
        with self._lock:
            self._abandon()
            self.state = OFF

    def join(self, timeout: float) -> bool:
        """Wait for the threads, in seconds; True when none is left in a read."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def check(self) -> None:
        """Give up a read that has hung for `stall_timeout`; call it about once a second."""
        with self._lock:
            session = self._session
            stalled = session is not None and session.silence() > self._stall_timeout
            if stalled:
                self._abandon()
                self._begin(self._lose())
        if stalled:
            self._on_error(CameraError(f'{self.name}: no picture for {self._stall_timeout:g} s'))

    def _begin(self, delay: float) -> None:
        self._session = session = _Session(self, delay)
        self._threads = [t for t in self._threads if t.is_alive()] + [session.thread]
        session.thread.start()

    def _abandon(self) -> None:
        if self._session is not None:
            self._session.cancel()
            self._session = None

    def _lose(self) -> float:
        self.state, self.reopened = LOST, self.reopened + 1
        return self._backoff.next()


class _Session:
    """One thread: open, read, and after an error wait and open again."""

    def __init__(self, grabber: Grabber, delay: float) -> None:
        self._grabber, self._delay = grabber, delay
        self._cancelled = threading.Event()
        self._camera: Camera | None = None
        self._reading_since: float | None = None
        self.thread = threading.Thread(target=self._run, name='grabber', daemon=True)

    def cancel(self) -> None:
        self._cancelled.set()
        if self._camera is not None:
            self._camera.close()

    def silence(self) -> float:
        """Return the seconds that the read in hand has taken."""
        since = self._reading_since
        return 0.0 if since is None else time.monotonic() - since

    def _run(self) -> None:
        grabber = self._grabber
        while not self._cancelled.wait(self._delay):
            try:
                self._open_and_read()
            except EndOfSource:
                if not self._cancelled.is_set():
                    grabber.state = ENDED
                    grabber._on_end()
                return
            except Exception as error:
                if self._cancelled.is_set():
                    return
                fatal = isinstance(error, BadSource) or not isinstance(error, OSError)
                self._delay = grabber._lose()
                grabber._on_error(error)
                if fatal:
                    return

    def _open_and_read(self) -> None:
        grabber = self._grabber
        grabber.state = OPENING
        camera = grabber._open()
        self._camera = camera
        try:
            grabber.name = camera.name
            while not self._cancelled.is_set():
                frame = self._read(camera)
                if not self._cancelled.is_set():
                    self._deliver(frame)
        finally:
            camera.close()

    def _read(self, camera: Camera) -> Frame:
        # A recording may well wait for longer until its next picture is due.
        self._reading_since = time.monotonic() if camera.live else None
        try:
            return camera.read()
        finally:
            self._reading_since = None

    def _deliver(self, frame: Frame) -> None:
        self._grabber.state = CAPTURING
        self._grabber._backoff.reset()
        self._grabber._on_frame(frame)

"""A player of the system, fed through a pipe."""

from collections.abc import Callable, Sequence
import contextlib
import fcntl
import shutil
import subprocess
import tempfile

import numpy as np

from ..audio import to_int16
from ..errors import DeviceError, Unavailable
from .protocol import BLOCK, RATE

# Linux' F_SETPIPE_SZ, which Python's fcntl names from 3.10 on only where it was built with it.
SET_PIPE_SIZE = 1031
PAGE = 4096  # the smallest pipe; the default of 64 KB would be 0.7 s of sound
LATENCY = 0.1  # of pipe and program together, about
BLOCK_MS = 1000 * BLOCK // RATE
# A program that finds no sound card ends within this many seconds.
PROBATION = 0.3


class Pipe:
    """Writes 16-bit mono to the standard input of `command`."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises Unavailable: there is no such program; DeviceError: it finds no sound card."""
        self.name, self.latency = command[0], LATENCY
        if shutil.which(command[0]) is None:
            raise Unavailable(f'{command[0]} is not installed')
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            bufsize=0,
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        fcntl.fcntl(self._input, SET_PIPE_SIZE, PAGE)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PROBATION)
            raise self._lost()

    def write(self, block: np.ndarray) -> None:
        try:
            self._write_all(to_int16(block).tobytes())
        except (OSError, ValueError):
            raise self._lost() from None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._input.close()
        self._complaints.close()

    def _write_all(self, data: bytes) -> None:
        while data:
            data = data[self._input.write(data) :]

    def _lost(self) -> DeviceError:
        """Close everything, and say why."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors='replace').strip().splitlines()
        self.close()
        return DeviceError(f'{self.name} ended: {lines[-1] if lines else "without a reason"}')


def aplay() -> Pipe:
    """ALSA's own player."""
    return Pipe(
        (
            'aplay', '-q', '-t', 'raw', '-f', 'S16_LE', '-r', str(RATE), '-c', '1',
            f'--buffer-time={4 * BLOCK_MS}000', '-',
        )
    )  # fmt: skip


def pw_play() -> Pipe:
    """PipeWire's player; newer ones have to be told that there is no file header."""
    if shutil.which('pw-play') is None:
        raise Unavailable('pw-play is not installed')
    usage = subprocess.run(['pw-play', '--help'], capture_output=True, text=True).stdout
    raw = ('--raw',) if '--raw' in usage else ()
    return Pipe(
        (
            'pw-play', *raw, '--format=s16', f'--rate={RATE}', '--channels=1',
            f'--latency={2 * BLOCK_MS}ms', '-',
        )
    )  # fmt: skip


PLAYERS: dict[str, Callable[[], Pipe]] = {'pw-play': pw_play, 'aplay': aplay}

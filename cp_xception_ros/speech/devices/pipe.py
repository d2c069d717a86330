"""A player of the system, fed through a pipe."""

from collections.abc import Sequence
import fcntl
import shutil
import subprocess

import numpy as np

from ..audio import to_int16
from ..errors import DeviceError, Unavailable
from .protocol import BLOCK, RATE

# Linux' F_SETPIPE_SZ, which Python's fcntl names from 3.10 on only where it was built with it.
SET_PIPE_SIZE = 1031
PAGE = 4096  # the smallest pipe; the default of 64 KB would be 0.7 s of sound
LATENCY = 0.1  # of pipe and program together, about
BLOCK_MS = 1000 * BLOCK // RATE

COMMANDS = {
    'pw-play': (
        'pw-play', '--raw', '--format=s16', f'--rate={RATE}', '--channels=1',
        f'--latency={2 * BLOCK_MS}ms', '-',
    ),
    'aplay': (
        'aplay', '-q', '-t', 'raw', '-f', 'S16_LE', '-r', str(RATE), '-c', '1',
        f'--buffer-time={4 * BLOCK_MS}000', '-',
    ),
}  # fmt: skip


class Pipe:
    """Writes 16-bit mono to the standard input of `command`."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises Unavailable: there is no such program."""
        self.name, self.latency = command[0], LATENCY
        if shutil.which(command[0]) is None:
            raise Unavailable(f'{command[0]} is not installed')
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert self._process.stdin is not None
        self._input = self._process.stdin
        fcntl.fcntl(self._input, SET_PIPE_SIZE, PAGE)

    def write(self, block: np.ndarray) -> None:
        try:
            self._write_all(to_int16(block).tobytes())
        except (OSError, ValueError):
            raise DeviceError(f'{self.name} ended with status {self._process.poll()}') from None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._input.close()

    def _write_all(self, data: bytes) -> None:
        while data:
            data = data[self._input.write(data) :]

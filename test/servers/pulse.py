"""A PulseAudio of one's own: plays into nothing, and its monitor can be recorded."""

import os
from pathlib import Path
import shutil
import subprocess
import tempfile
import threading
import time

import numpy as np

RATE = 48000
SINK, PERSON = 'judy', 'person'  # where the robot plays, and where somebody speaks to it
NEEDED = ('pulseaudio', 'pactl', 'pacat', 'parec')


def missing() -> str:
    """Say what this machine lacks; empty where nothing."""
    absent = [program for program in NEEDED if shutil.which(program) is None]
    if absent:
        return f'{", ".join(absent)} missing: apt install pulseaudio pulseaudio-utils'
    if not list(Path('/usr/lib').glob('*/alsa-lib/libasound_module_pcm_pulse.so')):
        return 'the way from ALSA to PulseAudio is missing: apt install libasound2-plugins'
    return ''


class Pulse:
    """`with Pulse() as pulse:` makes it the default of everything in this process."""

    def __enter__(self) -> 'Pulse':
        self._folder = Path(tempfile.mkdtemp(prefix='pulse'))
        self._environment = dict(os.environ)
        os.environ.update(
            PULSE_SERVER=f'unix:{self._folder}/native',
            PULSE_RUNTIME_PATH=str(self._folder),
            PULSE_STATE_PATH=str(self._folder),
            PULSE_COOKIE=str(self._folder / 'cookie'),
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        os.environ.clear()
        os.environ.update(self._environment)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                'pulseaudio', '-n', '--daemonize=no', '--exit-idle-time=-1',
                '--use-pid-file=no', '--disable-shm=yes',
                '-L', f'module-native-protocol-unix socket={self._folder}/native auth-anonymous=1',
                '-L', f'module-null-sink sink_name={SINK} rate={RATE} channels=1',
                '-L', f'module-null-sink sink_name={PERSON} rate={RATE} channels=1',
            ],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 10
        while subprocess.run(['pactl', 'info'], capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError('PulseAudio does not start')
            time.sleep(0.05)
        subprocess.run(['pactl', 'set-default-sink', SINK], check=True)
        subprocess.run(['pactl', 'set-default-source', f'{PERSON}.monitor'], check=True)

    def speak(self, samples: np.ndarray) -> None:
        """Play float samples at RATE to the robot's microphone; waits for their end."""
        command = ['pacat', '-d', PERSON, '--raw', f'--rate={RATE}', '--channels=1']
        sound = (np.clip(samples, -1, 1) * 32767).astype('<i2')
        subprocess.run([*command, '--latency-msec=300'], input=sound.tobytes(), check=True)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Monitor:
    """Records what is played, with the moment (time.monotonic) at which each part arrived."""

    def __init__(self, sink: str = SINK) -> None:
        self._sink = sink

    def __enter__(self) -> 'Monitor':
        self._process = subprocess.Popen(
            [
                'parec', '-d', f'{self._sink}.monitor', f'--rate={RATE}', '--channels=1',
                '--format=s16le', '--latency-msec=5',
            ],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._parts: list[tuple[float, np.ndarray]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        while not self._parts:  # only what is recorded can be missing
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b''
        while data := os.read(self._process.stdout.fileno(), 4096):
            data = rest + data
            whole = len(data) // 2 * 2
            self._parts.append((time.monotonic(), np.frombuffer(data[:whole], '<i2')))
            rest = data[whole:]

    @property
    def sound(self) -> np.ndarray:
        """All of it, float within -1..1."""
        return np.concatenate([part for _, part in list(self._parts)]) / 32768

    def moments(self, after: float = 0.0, level: float = -50.0) -> np.ndarray:
        """When the samples above `level` dBFS were played, in seconds of time.monotonic."""
        limit = 32768 * 10 ** (level / 20)
        found = [np.zeros(0)]
        for arrived, part in reversed(self._parts):
            if arrived < after:
                break
            loud = np.flatnonzero((part > limit) | (part < -limit))
            found.insert(0, arrived - (len(part) - loud) / RATE)
        moments = np.concatenate(found)
        return moments[moments > after]

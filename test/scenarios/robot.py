"""The robot of a scenario: the command `judy` as a process of its own, without a camera."""

from collections.abc import Mapping
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
from typing import Any

import yaml

from cp_xception_ros.speech.wav import read_wav

REPOSITORY = Path(__file__).resolve().parents[2]
_FAREWELL = 20.0  # seconds to end by itself
_AUDIBLE = 0.01  # of full scale
_LAST_LINES = 12
_ABORTED = 'Fatal Python error: Aborted'
_KEYS = ('DEEPSEEK_API_KEY', 'JUDY_CHAT_API_KEY', 'JUDY_TTS_API_KEY', 'JUDY_ASR_API_KEY')
Parameters = dict[str, dict[str, Any]]


def parameters_of(own: Mapping[str, Mapping[str, Any]], base_url: str, folder: Path) -> Parameters:
    """Return what a scenario needs, and over it what it asks for itself."""
    ours: Parameters = {
        # Each choice of words the same at every run; no greeting between the steps; and time for
        # pictures on a busy machine.
        'dialogue_manager': {
            'base_url': base_url,
            'greeting': False,
            'max_emotion_age': 10.0,
            'seed': 1,
        },
        # A tone for each sentence, and in the same time on every machine.
        'audio_output': {
            'synthesiser': 'scripted',
            'output': 'wav',
            'wav_folder': str(folder / 'sound'),
        },
    }
    for node, values in own.items():
        ours.setdefault(node, {}).update(values)
    return ours


class Robot:
    """A running `judy`; `with` ends it."""

    def __init__(self, parameters: Parameters, domain: int, folder: Path) -> None:
        file = folder / 'parameters.yaml'
        content = {f'/**/{node}': {'ros__parameters': v} for node, v in parameters.items()}
        file.write_text(yaml.safe_dump(content))
        self._sound = folder / 'sound'
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'cp_xception_ros.app', '--no-camera', '--no-microphone']
            + ['--quiet', '--ros-args', '--params-file', str(file)],
            env=_environment(domain),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> 'Robot':
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self._process.kill()
        self._process.wait()
        self._reader.join()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """Ask it to end; return the exit status.

        One that does not end is aborted, and prints what its threads were at.
        """
        self._process.terminate()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait()
        self._reader.join()
        return self._process.returncode

    @property
    def last_words(self) -> str:
        begin = self._lines.index(_ABORTED) if _ABORTED in self._lines else -_LAST_LINES
        return '\n'.join(self._lines[begin:])

    @property
    def crashed(self) -> bool:
        """Whether it printed a traceback."""
        return any(line.startswith('Traceback') for line in self._lines)

    @property
    def audible(self) -> bool:
        """Whether there is sound in its WAV files; to be asked after its end."""
        files = self._sound.glob('*.wav')
        return any(abs(read_wav(file).samples).max(initial=0.0) > _AUDIBLE for file in files)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip('\n'))


def _environment(domain: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _KEYS}
    search = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get('PYTHONPATH')]))
    return {
        **inherited,
        'PYTHONPATH': search,
        'PYTHONFAULTHANDLER': '1',
        'PYTHONUNBUFFERED': '1',
        'ROS_DOMAIN_ID': str(domain),
    }

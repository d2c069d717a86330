"""Real sound through PortAudio and PulseAudio, recorded where it would leave the robot."""

from collections.abc import Callable, Iterator
import shutil
import subprocess
import threading
import time

import numpy as np
from pulse import RATE as PULSE_RATE
from pulse import SINK, Monitor, Pulse, missing
import pytest

from cp_xception_ros.speech.activity import FRAME, RATE, VoiceActivity
from cp_xception_ros.speech.audio import Sound, from_int16, level_dbfs, resample
from cp_xception_ros.speech.devices import PLAYERS, Loudspeaker, WavFolder
from cp_xception_ros.speech.echo import RobotVoice
from cp_xception_ros.speech.endpointing import Endpointer, EndpointSettings
from cp_xception_ros.speech.errors import DeviceError
from cp_xception_ros.speech.mixer import Mixer
from cp_xception_ros.speech.pieces import Piece
from cp_xception_ros.speech.player import Player
from cp_xception_ros.speech.sources import Microphone
from cp_xception_ros.speech.speaker import IDLE, SPEAKING, Speaker, Status
from cp_xception_ros.speech.synthesis import Espeak, Sentence
from cp_xception_ros.speech.wav import read_wav

TEXT = 'Good morning, I am glad to see you.'

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture
def pulse() -> Iterator[Pulse]:
    pytest.importorskip('sounddevice', reason='sounddevice or libportaudio2 is missing')
    pytest.importorskip('espeakng_loader')
    with Pulse() as server:
        yield server


def speech(text: str = TEXT) -> np.ndarray:
    (sound,) = Espeak().synthesise(Sentence(text), threading.Event())
    return resample(sound, PULSE_RATE).samples


class Said(Espeak):
    """Remembers the sound, which is never quite the same."""

    def synthesise(self, sentence, cancelled):
        for sound in super().synthesise(sentence, cancelled):
            self.sound = resample(sound, PULSE_RATE).samples
            yield sound


class Stage:
    """The whole way from a piece to the device."""

    def __init__(self, *ways: Callable) -> None:
        self.statuses: list[Status] = []
        self.errors: list[Exception] = []
        self.voice, self.mixer = Said(), Mixer(PULSE_RATE)
        self.speaker = Speaker(self.voice, self.mixer, self.statuses.append, self.errors.append)
        self.player = Player(self.mixer, list(ways), self.speaker.tick, self.errors.append)

    def __enter__(self) -> 'Stage':
        self.speaker.start()
        self.player.start()
        self.until(lambda: self.player.device)
        return self

    def __exit__(self, *_: object) -> None:
        self.player.close()
        self.speaker.close()
        assert self.player.join(2) and self.speaker.join(2)

    def say(self, turn: int, text: str = TEXT) -> None:
        self.speaker.say(Piece(turn, 0, Sentence(text), last=True))

    def until(self, condition: Callable) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, 'it never came to that'
            time.sleep(0.01)

    def until_state(self, turn: int, state: int) -> None:
        self.until(
            lambda: (
                self.statuses
                and (self.statuses[-1].turn, self.statuses[-1].state) == (turn, state)
            )
        )


def loudspeaker() -> Loudspeaker:
    """One with a buffer that a busy machine cannot run dry."""
    return Loudspeaker(latency=0.4)


def heard(recorded: np.ndarray, expected: np.ndarray, rate: int = PULSE_RATE) -> float:
    """The share of `expected`, in windows of 0.1 s, that is somewhere in the recording.

    A gap, which a busy machine may leave, costs the window that it is in.
    """
    size = rate // 10
    windows = [expected[start : start + size] for start in range(0, len(expected) - size, size)]
    loud = [window for window in windows if level_dbfs(window) > -40]
    energy = np.cumsum(np.pad(np.square(recorded, dtype=np.float64), (1, size)))
    energy = energy[size:] - energy[:-size]
    spectrum = np.fft.rfft(recorded, len(recorded) + size)
    return float(np.mean([_best_match(spectrum, energy, window) > 0.9 for window in loud]))


def _best_match(spectrum: np.ndarray, energy: np.ndarray, window: np.ndarray) -> float:
    """The highest normalised correlation."""
    product = spectrum * np.conj(np.fft.rfft(window, 2 * len(spectrum) - 1))
    correlation = np.fft.irfft(product, 2 * len(spectrum) - 1)[: len(energy) - len(window)]
    norm = np.sqrt(np.maximum(energy[: len(correlation)], 1e-3) * (window @ window))
    return float(np.max(correlation / norm))


def test_what_is_said_is_what_sounds(pulse):
    with Stage(loudspeaker) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until_state(1, IDLE)
        time.sleep(0.3)
        recorded = monitor.sound
    assert heard(recorded, stage.voice.sound) > 0.8
    assert not stage.errors


def test_after_an_interruption_nothing_more_of_that_turn_sounds(pulse):
    with Stage(loudspeaker) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until(lambda: len(monitor.moments()) > PULSE_RATE / 4)
        stage.speaker.newest_turn(2)
        time.sleep(1.0)
        silent_from = time.monotonic()
        time.sleep(1.0)
        assert not np.any(monitor.moments() > silent_from)
        stage.say(2, 'What can I do for you?')
        stage.until_state(2, IDLE)
        time.sleep(0.3)
    assert heard(monitor.sound, stage.voice.sound) > 0.8


def test_a_sound_server_that_dies_in_mid_sentence_costs_no_word(pulse, tmp_path):
    with Stage(loudspeaker, lambda: WavFolder(tmp_path)) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until(lambda: len(monitor.moments()) > PULSE_RATE / 4)
        pulse.kill()
        stage.until_state(1, IDLE)
        stage.until(lambda: stage.mixer.level < -90)
        time.sleep(1.3)
    (file,) = tmp_path.glob('*.wav')
    assert heard(read_wav(file).samples, stage.voice.sound) > 0.8
    assert isinstance(stage.errors[0], DeviceError)


def test_a_sound_server_that_comes_back_is_used_again(pulse, tmp_path):
    with Stage(loudspeaker, lambda: WavFolder(tmp_path)) as stage:
        pulse.kill()
        stage.until(lambda: str(tmp_path) in stage.player.device)
        pulse.start()
        stage.until(lambda: 'loudspeaker' in stage.player.device)


@pytest.mark.skipif(shutil.which('aplay') is None, reason='aplay is missing')
def test_aplay_plays_the_same(pulse):
    with Stage(PLAYERS['aplay']) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until_state(1, IDLE)
        time.sleep(0.5)
    assert heard(monitor.sound, stage.voice.sound) > 0.8


@pytest.fixture
def ear(pulse) -> Iterator[Microphone]:
    """A microphone that hears what is played, exactly as loud."""
    subprocess.run(['pactl', 'set-default-source', f'{SINK}.monitor'], check=True)
    microphone = Microphone()
    yield microphone
    microphone.close()


def test_a_microphone_hears_what_is_played(ear):
    with Stage(loudspeaker) as stage:
        for _ in range(10):  # from the first sound on it hears everything
            ear.read()
        stage.say(1)
        frames = [ear.read() for _ in range(round(3.5 * RATE / FRAME))]
        stage.until_state(1, IDLE)
    sound = from_int16(np.concatenate(frames))
    expected = stage.voice.sound
    assert heard(sound, resample(Sound(expected, PULSE_RATE), RATE).samples, RATE) > 0.8


def test_the_robot_does_not_take_its_own_voice_for_a_person(ear):
    activity, endpointer, robot = VoiceActivity(), Endpointer(EndpointSettings()), RobotVoice()
    events, levels = [], []
    with Stage(loudspeaker) as stage:
        stage.speaker._on_status = lambda status: (
            stage.statuses.append(status),
            robot.report(status.level, time.monotonic() + stage.player.latency),
        )
        stage.say(1)
        stage.until_state(1, SPEAKING)
        while stage.statuses[-1].state == SPEAKING:
            heard = activity.update(ear.read())
            levels.append(heard.level)
            event = endpointer.update(heard.voice, heard.level, robot.level(time.monotonic()))
            events.extend([event] if event else [])
    assert max(levels) > -30
    assert not events


def test_a_microphone_whose_server_dies_is_a_lost_device(pulse, ear):
    ear.read()
    pulse.kill()
    with pytest.raises(DeviceError):
        for _ in range(1000):
            ear.read()


def test_a_device_that_is_not_there_is_named(pulse):
    with pytest.raises(DeviceError, match='trumpet'):
        Loudspeaker('trumpet')
    with pytest.raises(DeviceError, match='trumpet'):
        Microphone('trumpet')


def test_silence_is_silent(pulse):
    with Stage(loudspeaker), Monitor() as monitor:
        time.sleep(0.5)
        assert level_dbfs(monitor.sound) < -90

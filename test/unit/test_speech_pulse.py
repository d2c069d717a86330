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

TEXT = 'Good morning. I am glad to see you again, how do you feel today?'

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


def likeness(recorded: np.ndarray, expected: np.ndarray) -> float:
    """The highest normalised correlation, 1 where `expected` was recorded as it is."""
    recorded = np.pad(recorded, (PULSE_RATE, 0))  # it may have begun a little late
    size = len(recorded) + len(expected)
    product = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(expected, size))
    correlation = np.fft.irfft(product, size)
    begin = int(np.argmax(correlation[: len(recorded)]))
    piece = recorded[begin : begin + len(expected)]
    expected = expected[: len(piece)]
    return float(piece @ expected / np.sqrt((piece @ piece) * (expected @ expected)))


def test_what_is_said_is_what_sounds(pulse):
    with Stage(loudspeaker) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until_state(1, IDLE)
        time.sleep(0.3)
        recorded = monitor.sound
    assert likeness(recorded, stage.voice.sound) > 0.99
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
    assert likeness(monitor.sound, stage.voice.sound) > 0.99


def test_a_sound_server_that_dies_in_mid_sentence_costs_no_word(pulse, tmp_path):
    with Stage(loudspeaker, lambda: WavFolder(tmp_path)) as stage, Monitor() as monitor:
        stage.say(1)
        stage.until(lambda: len(monitor.moments()) > PULSE_RATE / 4)
        pulse.kill()
        stage.until_state(1, IDLE)
        stage.until(lambda: stage.mixer.level < -90)
        time.sleep(1.3)
    (file,) = tmp_path.glob('*.wav')
    assert likeness(read_wav(file).samples, stage.voice.sound) > 0.99
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
    assert likeness(monitor.sound, stage.voice.sound) > 0.99


@pytest.fixture
def ear(pulse) -> Iterator[Microphone]:
    """A microphone that hears what is played, exactly as loud."""
    subprocess.run(['pactl', 'set-default-source', f'{SINK}.monitor'], check=True)
    microphone = Microphone()
    yield microphone
    microphone.close()


def test_a_microphone_hears_what_is_played(ear):
    with Stage(loudspeaker) as stage:
        stage.say(1)
        frames = [ear.read() for _ in range(round(4.5 * RATE / FRAME))]
        stage.until_state(1, IDLE)
    sound = from_int16(np.concatenate(frames))
    expected = stage.voice.sound[: 3 * PULSE_RATE]
    assert likeness(sound, resample(Sound(expected, PULSE_RATE), RATE).samples) > 0.95


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

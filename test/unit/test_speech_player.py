"""Whatever happens to the device, the sound goes on somewhere."""

import stat
import threading
import time

import numpy as np
import pytest

from cp_xception_ros.runtime.backoff import Backoff
from cp_xception_ros.speech.devices import (
    BLOCK,
    RATE,
    OutputSettings,
    Pipe,
    ScriptedDevice,
    WavFolder,
    openers,
)
from cp_xception_ros.speech.errors import DeviceError, Unavailable
from cp_xception_ros.speech.mixer import Mixer
from cp_xception_ros.speech.player import Player
from cp_xception_ros.speech.speech_track import Clip
from cp_xception_ros.speech.wav import read_wav


def sentence(seconds: float = 1.0) -> tuple[Clip, np.ndarray]:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, int(seconds * RATE))
    samples = noise.astype(np.float32)
    clip = Clip()
    clip.append(samples)
    clip.complete()
    return clip, samples


class Stage:
    """A player over scripted devices."""

    def __init__(self, *ways) -> None:
        self.mixer, self.errors = Mixer(RATE), []
        backoff = Backoff(0.05, 1.0, 0.05)
        self.player = Player(self.mixer, list(ways), self._count, self.errors.append, backoff)
        self.blocks = threading.Semaphore(0)

    def _count(self) -> None:
        self.blocks.release()

    def play(self, blocks: int) -> None:
        for _ in range(blocks):
            assert self.blocks.acquire(timeout=5)

    def __enter__(self) -> 'Stage':
        self.player.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.player.close()
        assert self.player.join(2.0)


def refuse(reason: str):
    def way():
        raise Unavailable(reason)

    return way


def contains(played: np.ndarray, samples: np.ndarray) -> bool:
    """Whether all of `samples` (but the rounded-off edges) were played in one piece."""
    inner = samples[BLOCK:-BLOCK]
    correlation = np.correlate(played, inner[: 4 * BLOCK], 'valid')
    begin = int(np.argmax(correlation))
    piece = played[begin : begin + len(inner)]
    return len(piece) == len(inner) and np.allclose(piece, inner, atol=1e-3)


def test_the_first_device_that_opens_is_used():
    device = ScriptedDevice()
    with Stage(refuse('no card'), refuse('no aplay'), lambda: device) as stage:
        stage.play(3)
        assert stage.player.device == device.name
    assert device.closed
    assert [str(error) for error in stage.errors] == ['no card; no aplay']


def test_a_device_lost_in_mid_sentence_costs_no_word():
    lost, spare = ScriptedDevice('lost', lifetime=20), ScriptedDevice('spare')
    ways = iter([lambda: lost, refuse('gone'), refuse('gone')])
    with Stage(lambda: next(ways, refuse('gone'))(), lambda: spare) as stage:
        clip, samples = sentence()
        stage.mixer.speech.add(clip)
        stage.play(90)
    assert lost.closed
    assert contains(spare.played, samples)


def test_a_better_device_is_taken_again_once_it_is_silent():
    better, spare = ScriptedDevice('better'), ScriptedDevice('spare')
    present = threading.Event()
    with Stage(lambda: better if present.is_set() else refuse('away')(), lambda: spare) as stage:
        stage.play(5)
        assert stage.player.device == 'spare'
        present.set()
        for _ in range(2000):
            stage.play(1)
            if stage.player.device == 'better':
                break
    assert spare.closed and better.blocks


def test_no_device_at_all_is_retried_and_nothing_is_lost():
    device = ScriptedDevice()
    ways = iter([refuse('a'), refuse('b'), lambda: device])
    with Stage(lambda: next(ways)()) as stage:
        clip, samples = sentence()
        stage.mixer.speech.add(clip)
        stage.play(70)
    assert contains(device.played, samples)


def wav_folder(path) -> WavFolder:
    return WavFolder(path, sleep=lambda _: None)


def test_a_wav_file_holds_what_was_said(tmp_path):
    folder = wav_folder(tmp_path / 'new')
    _, samples = sentence()
    for start in range(0, len(samples), BLOCK):
        folder.write(samples[start : start + BLOCK])
    for _ in range(100):
        folder.write(np.zeros(BLOCK, np.float32))
    (file,) = (tmp_path / 'new').glob('*.wav')
    sound = read_wav(file)
    assert np.allclose(sound.samples[: len(samples)], samples, atol=1e-3)
    assert sound.seconds == pytest.approx(2.0, abs=0.05)


def test_old_and_long_wav_files_do_not_fill_the_disk(tmp_path):
    folder = wav_folder(tmp_path)
    loud, silent = np.full(BLOCK, 0.1, np.float32), np.zeros(BLOCK, np.float32)
    for _ in range(40):
        folder.write(loud)
        for _ in range(50):
            folder.write(silent)
    assert len(list(tmp_path.glob('*.wav'))) == 30
    for _ in range(61 * 50):
        folder.write(loud)
    folder.close()
    assert max(read_wav(file).seconds for file in tmp_path.glob('*.wav')) <= 60


def test_a_wav_folder_plays_in_real_time(tmp_path):
    slept: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    folder = WavFolder(tmp_path, clock=lambda: now[0], sleep=sleep)
    for _ in range(50):
        folder.write(np.zeros(BLOCK, np.float32))
    assert sum(slept) == pytest.approx(1.0, abs=0.03)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(DeviceError, match='file'):
        WavFolder(tmp_path / 'file' / 'folder')


def test_sound_goes_through_a_pipe_as_16_bit(tmp_path):
    script = tmp_path / 'play'
    script.write_text(f'#!/bin/sh\nexec cat > {tmp_path}/out\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    pipe = Pipe((str(script),))
    for _ in range(10):
        pipe.write(np.full(BLOCK, 0.5, np.float32))
    deadline = time.monotonic() + 5
    while (
        not (tmp_path / 'out').exists() or (tmp_path / 'out').stat().st_size < 20 * BLOCK
    ) and time.monotonic() < deadline:
        time.sleep(0.01)
    pipe.close()
    assert set(np.frombuffer((tmp_path / 'out').read_bytes(), '<i2')) == {16383}


def test_a_player_of_the_system_that_ends_is_a_lost_device():
    pipe = Pipe(('sh', '-c', 'head -c 4000 > /dev/null; echo no card >&2'))
    with pytest.raises(DeviceError, match='sh ended: no card'):
        for _ in range(1000):
            pipe.write(np.zeros(BLOCK, np.float32))


def test_a_player_of_the_system_that_finds_no_card_does_not_open():
    with pytest.raises(DeviceError, match='sh ended: no card'):
        Pipe(('sh', '-c', 'echo no card >&2; exit 1'))


def test_a_device_that_is_lost_as_soon_as_it_opens_gives_way_to_the_next():
    spare = ScriptedDevice('spare')
    with Stage(lambda: ScriptedDevice('doomed', lifetime=0), lambda: spare) as stage:
        clip, samples = sentence()
        stage.mixer.speech.add(clip)
        stage.play(70)
        assert stage.player.device == 'spare'
    assert contains(spare.played, samples)


def test_a_player_that_is_not_installed_is_named():
    with pytest.raises(Unavailable, match='no-such-player'):
        Pipe(('no-such-player',))


def test_files_are_always_the_last_resort(tmp_path):
    for output, count in (('auto', 4), ('aplay', 2), ('wav', 1)):
        assert len(openers(OutputSettings(output, '', tmp_path))) == count
    with pytest.raises(ValueError, match='pw-play'):
        openers(OutputSettings('gramophone', '', tmp_path))

"""Speech over music: nothing is lost, nothing clicks, and silence comes at once."""

import numpy as np
import pytest

from cp_xception_ros.speech.audio import SILENCE_DBFS, Sound, level_dbfs, resample
from cp_xception_ros.speech.mixer import Mixer
from cp_xception_ros.speech.ramp import Ramp
from cp_xception_ros.speech.speech_track import Clip, SpeechTrack

RATE, BLOCK = 48000, 960


def tone(seconds: float, amplitude: float = 0.5, hertz: float = 200.0) -> np.ndarray:
    wave = np.sin(2 * np.pi * hertz / RATE * np.arange(int(seconds * RATE)))
    return (amplitude * wave).astype(np.float32)


def clip(samples: np.ndarray, complete: bool = True) -> Clip:
    made = Clip()
    made.append(samples)
    if complete:
        made.complete()
    return made


def played(source, seconds: float) -> np.ndarray:
    read = source.render if isinstance(source, Mixer) else source.read
    return np.concatenate([read(BLOCK) for _ in range(round(seconds * RATE / BLOCK))])


def biggest_step(samples: np.ndarray) -> float:
    return float(np.abs(np.diff(samples)).max())


class Hum:
    """Music without end."""

    def __init__(self, amplitude: float = 0.5, seconds: float = 1e9) -> None:
        self._left = int(seconds * RATE)
        self._amplitude = amplitude

    def read(self, count: int) -> np.ndarray:
        count = min(count, self._left)
        self._left -= count
        return np.full(count, self._amplitude, np.float32)


def test_a_ramp_ends_on_its_target_whatever_the_blocks():
    whole, cut = Ramp(0.0, 100), Ramp(0.0, 100)
    for ramp in (whole, cut):
        ramp.to(1.0, 0.5)
    parts = np.concatenate([cut.take(count) for count in (7, 30, 3, 20)])
    assert np.allclose(whole.take(60), parts)
    assert parts[-1] == 1.0 and cut.settled


def test_clips_are_played_whole_and_in_order():
    track = SpeechTrack(RATE)
    first, second = tone(0.1), tone(0.1, 0.2)
    track.add(clip(first))
    track.add(clip(second))
    sound = played(track, 0.3)
    assert np.allclose(sound[300 : len(first)], first[300:])
    assert np.allclose(sound[len(first) : len(first) + len(second)], second)
    assert not track.active


def test_a_clip_may_grow_while_it_is_played():
    track, growing = SpeechTrack(RATE), Clip()
    track.add(growing)
    assert not played(track, 0.04).any()
    growing.append(tone(0.04))
    assert level_dbfs(played(track, 0.04)) > -15
    growing.complete()
    track.read(BLOCK)
    assert growing.finished and not track.active


def test_sound_that_starts_or_breaks_off_at_full_level_does_not_click():
    track = SpeechTrack(RATE)
    track.add(clip(np.full(3000, 0.8, np.float32)))
    assert biggest_step(played(track, 0.2)) < 0.01


def test_a_stop_is_silent_within_a_block_and_does_not_click():
    track = SpeechTrack(RATE)
    speaking = clip(tone(1.0))
    track.add(speaking)
    before = track.read(BLOCK)
    track.stop()
    after = played(track, 0.1)
    assert not after[BLOCK:].any() and not track.active
    assert biggest_step(np.concatenate([before[300:], after])) < 0.03


def test_what_is_added_after_a_stop_is_heard_whole():
    track = SpeechTrack(RATE)
    track.add(clip(np.full(RATE, 0.5, np.float32)))
    track.read(BLOCK)
    track.stop()
    track.add(clip(tone(0.1)))
    sound = played(track, 0.2)[BLOCK:]
    assert np.allclose(sound[300:4800], tone(0.1)[300:4800])


def test_a_second_stop_forgets_what_waited_for_the_first():
    track = SpeechTrack(RATE)
    track.add(clip(tone(1.0)))
    track.read(BLOCK)
    track.stop()
    track.add(clip(tone(1.0)))
    track.stop()
    assert not played(track, 0.1)[BLOCK:].any()


def test_a_rewound_sentence_is_said_again_from_its_start():
    track = SpeechTrack(RATE)
    first = tone(0.5)
    track.add(clip(first))
    played(track, 0.2)
    track.rewind()
    sound = played(track, 0.5)
    assert np.allclose(sound[300:], first[300:])


def test_a_sentence_whose_end_was_still_in_the_device_is_said_again():
    track = SpeechTrack(RATE)
    track.add(clip(tone(0.1)))
    played(track, 0.16)
    track.rewind()
    assert track.active
    played(track, 0.5)
    track.rewind()
    assert not track.active


def test_music_is_ducked_under_speech_and_comes_back():
    mixer = Mixer(RATE)
    mixer.play_music(Hum(0.5))
    played(mixer, 2.5)
    assert mixer.level == pytest.approx(-6, abs=0.1)
    mixer.speech.add(clip(np.zeros(RATE, np.float32)))
    played(mixer, 0.9)
    assert mixer.level == pytest.approx(-20, abs=0.2)
    played(mixer, 2.5)
    assert mixer.level == pytest.approx(-6, abs=0.1)


def test_music_fades_in_and_out_without_a_click():
    mixer = Mixer(RATE)
    mixer.play_music(Hum(0.5))
    assert mixer.music
    rise = played(mixer, 2.5)
    mixer.stop_music()
    assert not mixer.music
    fall = played(mixer, 2.0)
    assert biggest_step(np.concatenate([[0.0], rise, fall])) < 0.001
    assert mixer.level == SILENCE_DBFS


def test_other_music_follows_the_fade_of_the_first():
    mixer = Mixer(RATE)
    mixer.play_music(Hum(0.5))
    played(mixer, 2.5)
    mixer.play_music(Hum(0.25))
    assert mixer.music
    played(mixer, 5)
    assert mixer.level == pytest.approx(-12, abs=0.2)


def test_music_that_ends_leaves_silence():
    mixer = Mixer(RATE)
    mixer.play_music(Hum(0.5, seconds=3))
    played(mixer, 4)
    assert not mixer.music and mixer.level == SILENCE_DBFS


def test_the_volume_counts_for_the_level_that_is_told():
    mixer = Mixer(RATE)
    mixer.play_music(Hum(0.5))
    played(mixer, 3)
    mixer.set_volume(0.1)
    sound = played(mixer, 0.5)
    assert biggest_step(sound) < 0.001
    assert mixer.level == pytest.approx(-26, abs=0.1)


def test_loud_sound_is_clipped_and_never_wraps():
    mixer = Mixer(RATE)
    mixer.speech.add(clip(tone(0.5, 1.0)))
    mixer.play_music(Hum(0.9))
    assert np.abs(played(mixer, 3)).max() <= 1.0


def test_resampling_keeps_length_and_level():
    sound = resample(Sound(tone(1.0), RATE), 16000)
    assert len(sound.samples) == pytest.approx(16000, abs=20)
    assert level_dbfs(sound.samples) == pytest.approx(level_dbfs(tone(1.0)), abs=0.1)


def test_the_level_of_a_full_sine_is_minus_three_and_of_nothing_the_floor():
    assert level_dbfs(tone(1.0, 1.0)) == pytest.approx(-3.01, abs=0.02)
    assert level_dbfs(np.zeros(10)) == SILENCE_DBFS == level_dbfs(np.zeros(0))

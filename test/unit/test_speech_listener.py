"""Real sound through the listener: utterances, mute, and microphones that go away."""

import threading

import numpy as np
import pytest

from cp_xception_ros.speech.activity import FRAME, RATE, SECONDS, VoiceActivity
from cp_xception_ros.speech.audio import resample, to_int16
from cp_xception_ros.speech.endpointing import Endpointer, EndpointSettings
from cp_xception_ros.speech.errors import DeviceError, EndOfSource, Unavailable
from cp_xception_ros.speech.listener import Listener, VoiceChange
from cp_xception_ros.speech.recognition import ScriptedRecogniser
from cp_xception_ros.speech.sources import ScriptedSource, WavFiles, open_source
from cp_xception_ros.speech.synthesis import Espeak, Sentence
from cp_xception_ros.speech.utterances import Heard, Recognition
from cp_xception_ros.speech.wav import encode_wav

pytest.importorskip('webrtcvad')


@pytest.fixture(scope='module')
def speech() -> np.ndarray:
    """A spoken sentence, int16 at 16 kHz."""
    pytest.importorskip('espeakng_loader')
    (sound,) = Espeak().synthesise(Sentence('Good morning my friend.'), threading.Event())
    return to_int16(resample(sound, RATE).samples)


def silence(seconds: float, level: float = 20.0) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, level, int(seconds * RATE))
    return noise.astype(np.int16)


def in_frames(*parts: np.ndarray) -> list[np.ndarray]:
    whole = np.concatenate(parts)
    return list(whole[: len(whole) // FRAME * FRAME].reshape(-1, FRAME))


class Ear:
    """A listener over scripted sources, one after the other."""

    def __init__(self, *sources, texts=('hello',)) -> None:
        self.recogniser = ScriptedRecogniser(texts)
        self.heard: list[Heard] = []
        self.voices: list[VoiceChange] = []
        self.errors: list[Exception] = []
        self.ended = threading.Event()
        self.recognition = Recognition(self.recogniser, self.heard.append, self.errors.append)
        self._sources = iter(sources)
        self.time = 0.0
        self.listener = Listener(
            self._next,
            VoiceActivity(),
            Endpointer(EndpointSettings()),
            self.recognition,
            self.voices.append,
            self.errors.append,
            self._clock,
            self.ended.set,
        )

    def _next(self):
        source = next(self._sources, None)
        if source is None:
            raise EndOfSource('all')
        if isinstance(source, Exception):
            raise source
        return source

    def _clock(self) -> float:
        self.time += SECONDS
        return self.time

    def run(self) -> 'Ear':
        self.recognition.start()
        self.listener.start()
        assert self.ended.wait(10)
        self.close()
        return self

    def close(self) -> None:
        self.listener.close()
        assert self.listener.join(2)
        while self.recognition._worker._items:
            threading.Event().wait(0.005)
        self.recognition.close()
        self.recognition.join(2)

    @property
    def finals(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.final]


def test_an_utterance_is_cut_out_whole_and_recognised(speech):
    ear = Ear(ScriptedSource(in_frames(silence(1), speech, silence(1.5)))).run()
    assert [voice.voice for voice in ear.voices] == [True, False]
    assert [heard.transcript.text for heard in ear.finals] == ['hello']
    (sound,) = ear.recogniser.heard
    # The loud part of the sentence lies inside, with the pre-roll before it.
    loud = np.flatnonzero(np.abs(sound.astype(int)) > 1000)
    spoken = np.flatnonzero(np.abs(speech.astype(int)) > 1000)
    assert loud[-1] - loud[0] == pytest.approx(spoken[-1] - spoken[0], abs=2)
    assert loud[0] > 0.2 * RATE


def test_the_times_of_an_utterance_are_those_of_its_sound(speech):
    ear = Ear(ScriptedSource(in_frames(silence(1), speech, silence(1.5)))).run()
    (heard,) = ear.finals
    spoken = np.flatnonzero(np.abs(speech.astype(int)) > 1000) / RATE
    assert heard.start == pytest.approx(1 + spoken[0], abs=0.15)
    assert heard.stop == pytest.approx(1 + spoken[-1], abs=0.3)
    assert any(not partial.final and partial.number == heard.number for partial in ear.heard)


def test_room_noise_and_hum_are_no_voice():
    hum = (2000 * np.sin(2 * np.pi * 100 / RATE * np.arange(5 * RATE))).astype(np.int16)
    ear = Ear(ScriptedSource(in_frames(silence(5, 30), hum, silence(2, 300)))).run()
    assert not ear.finals


def test_a_voice_far_below_the_gate_is_not_heard(speech):
    ear = Ear(ScriptedSource(in_frames(silence(1, 1), speech // 200, silence(1, 1)))).run()
    assert not ear.voices


def test_a_microphone_that_goes_away_is_opened_again(speech):
    lost = ScriptedSource([*in_frames(silence(1)), DeviceError('unplugged')])
    back = ScriptedSource(in_frames(silence(1), speech, silence(1.5)))
    ear = Ear(lost, back).run()
    assert lost.closed and [str(error) for error in ear.errors] == ['unplugged']
    assert len(ear.finals) == 1


def test_a_microphone_lost_in_mid_utterance_ends_the_voice(speech):
    lost = ScriptedSource([*in_frames(silence(1), speech[: RATE // 2]), DeviceError('unplugged')])
    ear = Ear(lost).run()
    assert [voice.voice for voice in ear.voices] == [True, False]
    assert not ear.finals


def test_a_microphone_that_is_taken_is_told_and_tried_again(speech):
    ear = Ear(DeviceError('taken'), ScriptedSource(in_frames(speech, silence(1.5)))).run()
    assert [str(error) for error in ear.errors] == ['taken'] and len(ear.finals) == 1


def test_sound_that_was_not_read_in_time_is_counted_and_told(speech):
    class Hasty(ScriptedSource):
        def read(self):
            self.overruns += 1
            return super().read()

    sources = [Hasty([*in_frames(silence(0.1)), DeviceError('unplugged')]) for _ in range(2)]
    ear = Ear(*sources).run()
    assert ear.listener.overruns == 10
    assert 'sound is lost' in str(ear.errors[0])


def test_words_that_cannot_be_recognised_are_still_an_utterance(speech):
    ear = Ear(ScriptedSource(in_frames(speech, silence(1.5))), texts=['error']).run()
    assert [heard.transcript.text for heard in ear.finals] == ['']
    assert len(ear.errors) == 1


class Endless:
    """A microphone in a silent room."""

    def __init__(self) -> None:
        self.name, self.closed, self.reads = 'endless', False, 0

    def read(self) -> np.ndarray:
        self.reads += 1
        threading.Event().wait(0.002)
        return np.zeros(FRAME, np.int16)

    def close(self) -> None:
        self.closed = True


def test_mute_closes_the_source_and_unmute_opens_it_again():
    first, second = Endless(), Endless()
    ear = Ear(first, second)
    ear.listener.start()
    while not first.reads:
        threading.Event().wait(0.005)
    assert ear.listener.mute(True)
    assert first.closed and ear.listener.source == ''
    count = first.reads
    threading.Event().wait(0.03)
    assert first.reads == count and not second.reads
    ear.listener.mute(False)
    while not second.reads:
        threading.Event().wait(0.005)
    ear.listener.close()
    assert ear.listener.join(2) and second.closed


def test_what_was_half_said_at_a_mute_is_forgotten(speech):
    class Paused(ScriptedSource):
        muted = threading.Event()

        def read(self):
            try:
                return super().read()
            except EndOfSource:
                self.muted.wait(5)
                return np.zeros(FRAME, np.int16)

    source = Paused(in_frames(silence(0.5), speech[:RATE]))
    ear = Ear(source)
    ear.recognition.start()
    ear.listener.start()
    while not ear.voices:
        threading.Event().wait(0.005)
    threading.Timer(0.05, source.muted.set).start()
    assert ear.listener.mute(True)
    ear.close()
    assert [voice.voice for voice in ear.voices] == [True, False]
    assert not ear.finals


def test_the_robots_own_voice_is_no_utterance(speech):
    class Echoing(ScriptedSource):
        def read(self):
            ear.listener.robot_level(-10.0, 0.0)
            return super().read()

    ear = Ear(Echoing(in_frames(silence(0.5), speech, speech, silence(1.5))))
    ear.run()
    assert not ear.voices


def test_files_are_read_at_16_khz_with_a_pause_after_each(tmp_path, speech):
    for name in ('b', 'a'):
        (tmp_path / f'{name}.wav').write_bytes(encode_wav(np.repeat(speech, 3), 3 * RATE))

    class NoWait:
        def wait_for(self, moment: float) -> None: ...
        def stop(self) -> None: ...

    ear = Ear(WavFiles(str(tmp_path), NoWait()), texts=['one', 'two']).run()
    assert [heard.transcript.text for heard in ear.finals] == ['one', 'two']


def test_a_file_plays_in_real_time(tmp_path, speech):
    (tmp_path / 'a.wav').write_bytes(encode_wav(speech, RATE))
    moments: list[float] = []

    class Watch:
        def wait_for(self, moment: float) -> None:
            moments.append(moment)

        def stop(self) -> None: ...

    source = WavFiles(str(tmp_path / 'a.wav'), Watch())
    with pytest.raises(EndOfSource):
        while True:
            source.read()
    assert np.allclose(np.diff(moments), SECONDS)
    assert moments[-1] == pytest.approx(len(speech) / RATE + 1.5, abs=0.05)


def test_files_that_are_not_there_are_named(tmp_path):
    with pytest.raises(Unavailable, match='nowhere'):
        open_source(str(tmp_path / 'nowhere.wav'), '')
    with pytest.raises(Unavailable, match='neither'):
        open_source(str(tmp_path), '')

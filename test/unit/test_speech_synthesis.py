"""Sentences become sound: espeak-ng for real, a server over a socket, and what fails."""

import json
import threading

import numpy as np
import pytest
from speech_server import SpeechServer

from cp_xception_ros.speech.audio import Sound, level_dbfs
from cp_xception_ros.speech.endpoints import Server
from cp_xception_ros.speech.errors import SynthesisError, Unavailable
from cp_xception_ros.speech.synthesis import (
    Espeak,
    Fallback,
    RemoteSpeech,
    ScriptedSynthesiser,
    Sentence,
    VoiceSettings,
    make_synthesiser,
)
from cp_xception_ros.speech.synthesis.piper import Piper

TEXT = 'Good morning. I am glad to see you again today.'


def said(synthesiser, text=TEXT, language='', tone='neutral', cancelled=None) -> Sound:
    sentence = Sentence(text, language, tone)
    blocks = list(synthesiser.synthesise(sentence, cancelled or threading.Event()))
    samples = [block.samples for block in blocks]
    return Sound(np.concatenate(samples) if samples else np.zeros(0), blocks[0].rate)


def pitch(sound: Sound) -> float:
    """Median fundamental in hertz of the voiced 40 ms blocks, by autocorrelation."""
    size = int(0.04 * sound.rate)
    low, high = sound.rate // 300, sound.rate // 60
    found = []
    for start in range(0, len(sound.samples) - size, size):
        block = sound.samples[start : start + size]
        if level_dbfs(block) > -30:
            correlation = np.correlate(block, block, 'full')[size - 1 :]
            found.append(sound.rate / (low + np.argmax(correlation[low:high])))
    return float(np.median(found))


@pytest.fixture(scope='module')
def espeak() -> Espeak:
    pytest.importorskip('espeakng_loader')
    return Espeak()


def test_espeak_speaks_at_the_pace_and_loudness_of_speech(espeak):
    sound = said(espeak)
    syllables = 13
    assert 2.5 < syllables / sound.seconds < 7
    assert -30 < level_dbfs(sound.samples) < -10
    spectrum = np.abs(np.fft.rfft(sound.samples)) ** 2
    hertz = np.fft.rfftfreq(len(sound.samples), 1 / sound.rate)
    assert spectrum[(hertz > 80) & (hertz < 4000)].sum() > 0.9 * spectrum.sum()


def test_a_calm_tone_is_slower_and_lower_than_a_cheerful_one(espeak):
    calm, cheerful = said(espeak, tone='calm'), said(espeak, tone='cheerful')
    assert calm.seconds > 1.15 * cheerful.seconds
    assert pitch(calm) < 0.9 * pitch(cheerful)


@pytest.mark.parametrize('language', ['de', 'es', 'fr', 'zh'])
def test_each_language_has_its_own_voice(espeak, language):
    count = 'one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9'
    ours, english = said(espeak, count, language), said(espeak, count, 'en')
    assert abs(ours.seconds - english.seconds) > 0.1


def test_a_region_without_a_voice_speaks_the_language(espeak):
    count = 'one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9'
    austrian, german = said(espeak, count, 'de-AT'), said(espeak, count, 'de')
    assert austrian.seconds == pytest.approx(german.seconds, rel=0.03)


def test_an_unknown_language_is_still_spoken(espeak):
    assert said(espeak, language='xx').seconds == pytest.approx(said(espeak).seconds, rel=0.05)


def test_the_rate_shortens_the_sentence():
    assert said(Espeak(rate=1.5)).seconds < 0.8 * said(Espeak()).seconds


def test_a_voice_that_is_not_there_is_named():
    with pytest.raises(Unavailable, match='nobody'):
        Espeak('nobody')


def test_a_cancelled_sentence_makes_no_sound(espeak):
    cancelled = threading.Event()
    cancelled.set()
    assert list(espeak.synthesise(Sentence(TEXT), cancelled)) == []


def test_markup_and_control_characters_are_harmless(espeak):
    assert said(espeak, 'a\0b <break time="9s"/> [[h@]]').seconds > 0.2


def test_several_threads_may_share_the_library(espeak):
    expected = said(espeak)
    results: list[Sound] = []
    threads = [threading.Thread(target=lambda: results.append(said(Espeak()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sound.seconds for sound in results] == pytest.approx([expected.seconds] * 4, rel=0.05)


def test_a_server_speaks_with_the_settings_sent():
    with SpeechServer() as server:
        remote = RemoteSpeech(Server(server.url, 'kokoro'), 'af_heart', {}, rate=1.0)
        sound = said(remote, tone='calm')
    assert sound.rate == 24000
    assert sound.seconds == pytest.approx(0.5, abs=0.001)
    path, headers, body = server.script.requests[0]
    sent = json.loads(body)
    assert path == '/v1/audio/speech'
    assert (sent['model'], sent['voice'], sent['input']) == ('kokoro', 'af_heart', TEXT)
    assert sent['speed'] == pytest.approx(0.85)


@pytest.mark.parametrize(
    ('status', 'words'),
    [(401, 'JUDY_TTS_API_KEY is wrong'), (402, 'balance'), (404, 'model'), (500, 'failed')],
)
def test_an_error_of_the_server_is_told_in_one_line(status, words):
    with SpeechServer() as server:
        server.script.status = status
        with pytest.raises(SynthesisError, match=words) as caught:
            said(RemoteSpeech(Server(server.url, 'm'), 'v', {}))
    assert TEXT not in str(caught.value) and '\n' not in str(caught.value)


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(SynthesisError, match='127.0.0.1:9'):
        said(RemoteSpeech(Server('http://127.0.0.1:9/v1', 'm'), 'v', {}))


def test_a_cancelled_request_is_not_waited_for():
    with SpeechServer() as server:
        server.script.delay = 2.0
        cancelled = threading.Event()
        threading.Timer(0.1, cancelled.set).start()
        remote = RemoteSpeech(Server(server.url, 'm'), 'v', {})
        assert list(remote.synthesise(Sentence(TEXT), cancelled)) == []


def test_a_sentence_cut_off_by_the_server_is_said_again_by_the_spare_voice(espeak):
    errors: list[Exception] = []
    with SpeechServer() as server:
        server.script.cut_after = 9000
        both = Fallback(RemoteSpeech(Server(server.url, 'm'), 'v', {}), espeak, errors.append)
        blocks = list(both.synthesise(Sentence(TEXT), threading.Event()))
    assert len(errors) == 1
    assert blocks[-1].seconds == pytest.approx(said(espeak).seconds, rel=0.05)


def test_a_voice_that_failed_is_left_alone_for_a_while():
    now = [100.0]
    first = ScriptedSynthesiser(failing=frozenset({'bad'}))
    second = ScriptedSynthesiser()
    both = Fallback(first, second, lambda _: None, lambda: now[0])
    for text, seconds in (('bad', 0), ('soon', 4), ('later', 2), ('bad', 0), ('soon', 4)):
        now[0] += seconds
        list(both.synthesise(Sentence(text), threading.Event()))
    assert [sentence.text for sentence in first.said] == ['bad', 'later', 'bad']
    assert [sentence.text for sentence in second.said] == ['bad', 'soon', 'bad', 'soon']


def test_a_key_is_not_sent_in_clear_to_another_host():
    key = {'JUDY_TTS_API_KEY': 'secret'}
    with pytest.raises(Unavailable, match='https') as caught:
        RemoteSpeech(Server('http://192.168.1.5/v1', 'm'), 'v', key)
    assert 'secret' not in str(caught.value)


def test_a_piper_voice_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(Unavailable, match='download_voices'):
        Piper(str(tmp_path / 'missing.onnx'))


def test_a_piper_voice_that_is_no_network_is_named(tmp_path):
    pytest.importorskip('piper')
    (tmp_path / 'v.onnx').write_bytes(b'nonsense')
    (tmp_path / 'v.onnx.json').write_text('{}')
    with pytest.raises(Unavailable, match=r'v\.onnx'):
        Piper(str(tmp_path / 'v.onnx'))


def test_without_the_better_voice_espeak_speaks_and_says_why(espeak):
    errors: list[Exception] = []
    settings = VoiceSettings(backend='piper', voice='/nowhere/v.onnx')
    synthesiser = make_synthesiser(settings, {}, errors.append)
    assert synthesiser.name == 'espeak-ng'
    assert '/nowhere/v.onnx' in str(errors[0]) and 'espeak-ng speaks instead' in str(errors[0])


@pytest.mark.parametrize(
    ('settings', 'wrong', 'instead'),
    [
        (VoiceSettings(voice='nonsense+f9', language='de'), 'nonsense', "'de'"),
        (VoiceSettings(language='xx'), 'xx', "'en'"),
    ],
)
def test_a_voice_that_espeak_lacks_is_told_and_replaced(espeak, settings, wrong, instead):
    errors: list[Exception] = []
    synthesiser = make_synthesiser(settings, {}, errors.append)
    assert said(synthesiser).seconds > 0.5
    (error,) = errors
    assert wrong in str(error) and instead in str(error)


def test_an_unknown_backend_lists_the_known_ones(espeak):
    with pytest.raises(ValueError, match='espeak, piper, openai'):
        make_synthesiser(VoiceSettings(backend='festival'), {}, print)


def test_the_scripted_voice_fails_on_request():
    with pytest.raises(SynthesisError):
        said(ScriptedSynthesiser(failing=frozenset({TEXT})))

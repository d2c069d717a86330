"""Sound becomes words: pocketsphinx for real, a server over a socket, and what fails."""

import threading

import numpy as np
import pytest
from speech_server import SpeechServer

from cp_xception_ros.speech.activity import FRAME, RATE
from cp_xception_ros.speech.audio import resample, to_int16
from cp_xception_ros.speech.endpoints import Server
from cp_xception_ros.speech.errors import RecognitionError, Unavailable
from cp_xception_ros.speech.recognition import (
    RecogniserSettings,
    RemoteRecogniser,
    Sphinx,
    make_recogniser,
)
from cp_xception_ros.speech.synthesis import Espeak, Sentence

# Sentences that pocketsphinx understands from a synthesiser; it is poor at free speech.
UNDERSTOOD = ('stop the music', 'yes', 'no')


def spoken(text: str) -> np.ndarray:
    """Int16 at 16 kHz, in a quiet room, with some silence around."""
    (sound,) = Espeak(rate=0.9).synthesise(Sentence(text), threading.Event())
    samples = np.pad(resample(sound, RATE).samples, (4800, 9600))
    room = np.random.default_rng(0).normal(0, 0.0005, len(samples))
    return to_int16(samples + room)


def words(hearing, samples: np.ndarray) -> str:
    for start in range(0, len(samples), FRAME):
        hearing.feed(samples[start : start + FRAME])
    return hearing.finish().text


@pytest.fixture(scope='module')
def sphinx() -> Sphinx:
    pytest.importorskip('pocketsphinx')
    pytest.importorskip('espeakng_loader')
    return Sphinx()


@pytest.mark.parametrize('text', UNDERSTOOD)
def test_pocketsphinx_understands_a_simple_sentence(sphinx, text):
    assert words(sphinx.listen(), spoken(text)) == text


def test_pocketsphinx_tells_what_it_has_so_far_and_how_sure_it_is(sphinx):
    hearing, samples = sphinx.listen(), spoken('stop the music')
    hearing.feed(samples[:-6400])
    assert hearing.partial().startswith('stop')
    hearing.feed(samples[-6400:])
    assert 0.05 < hearing.finish().confidence <= 1


def test_an_utterance_that_nobody_finished_does_not_disturb_the_next(sphinx):
    sphinx.listen().feed(spoken('yes'))
    assert words(sphinx.listen(), spoken('stop the music')) == 'stop the music'


def test_silence_has_no_words(sphinx):
    assert words(sphinx.listen(), np.zeros(RATE, np.int16)) == ''


def test_pocketsphinx_says_that_it_knows_english_only():
    with pytest.raises(Unavailable, match="'de'.*sherpa"):
        make_recogniser(RecogniserSettings(language='de'), {})


def test_a_server_gets_a_wav_file_and_answers_with_words():
    with SpeechServer() as server:
        server.script.text = ' Good morning. '
        recogniser = RemoteRecogniser(Server(server.url, 'whisper-1'), 'en', {})
        hearing = recogniser.listen()
        hearing.feed(np.arange(RATE, dtype=np.int16))
        assert hearing.finish().text == 'Good morning.'
    path, _, body = server.script.requests[0]
    assert path == '/v1/audio/transcriptions'
    assert b'whisper-1' in body and b'name="language"' in body
    assert np.arange(RATE, dtype='<i2').tobytes() in body


@pytest.mark.parametrize(
    ('status', 'hint'), [(401, 'JUDY_ASR_API_KEY is wrong'), (402, 'balance')]
)
def test_an_error_of_the_server_is_told_in_one_line(status, hint):
    with SpeechServer() as server:
        server.script.status = status
        with pytest.raises(RecognitionError, match=hint) as caught:
            RemoteRecogniser(Server(server.url, 'm'), '', {}).listen().finish()
    assert '\n' not in str(caught.value)


def test_a_server_that_is_not_there_is_named():
    recogniser = RemoteRecogniser(Server('http://127.0.0.1:9/v1', 'm'), '', {})
    with pytest.raises(RecognitionError, match='127.0.0.1:9'):
        recogniser.listen().finish()


def test_an_unknown_recogniser_lists_the_known_ones():
    with pytest.raises(ValueError, match='pocketsphinx, sherpa, openai'):
        make_recogniser(RecogniserSettings(backend='ear'), {})

"""sherpa-onnx: which models it takes, and what it says of the others; without a real model."""

from dataclasses import replace
import hashlib
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from cp_xception_ros.runtime.models import SHERPA
from cp_xception_ros.speech.activity import FRAME, RATE
from cp_xception_ros.speech.errors import Unavailable
from cp_xception_ros.speech.recognition import (
    RecogniserSettings,
    Sherpa,
    make_recogniser,
    sherpa_model,
)
from cp_xception_ros.speech.recognition.sherpa_model import find_model

NETWORK = b'something with a model_type in it'
STREAMING = 'sherpa-onnx-streaming-zipformer-en'


def make_model(folder, *networks, content=NETWORK):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'tokens.txt').write_text('a 0\n')
    for name in networks:
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def transducer(tmp_path):
    return make_model(tmp_path / STREAMING, 'encoder.onnx', 'decoder.onnx', 'joiner.onnx')


class Library:
    """Stands in for the package sherpa_onnx: every recogniser hears 'GOOD MORNING'."""

    def __init__(self):
        self.made = []
        for kind in ('OnlineRecognizer', 'OfflineRecognizer'):
            ways = ('from_transducer', 'from_whisper', 'from_sense_voice', 'from_nemo_ctc')
            makers = {way: self._maker(kind, way) for way in ways}
            setattr(self, kind, SimpleNamespace(**makers))

    def _maker(self, kind, way):
        def make(**options):
            self.made.append((kind, way, options))
            return self

        return make

    def create_stream(self):
        self.stream = SimpleNamespace(
            heard=[],
            waiting=0,
            accept_waveform=self.accept,
            input_finished=lambda: None,
            result=SimpleNamespace(text=' GOOD MORNING'),
        )
        return self.stream

    def accept(self, rate, samples):
        assert rate == RATE and samples.dtype == np.float32
        self.stream.heard.append(samples)
        self.stream.waiting += 1

    def is_ready(self, stream):
        return stream.waiting > 0

    def decode_stream(self, stream):
        stream.waiting -= 1

    def get_result(self, stream):
        return ' GOOD MORNING'


@pytest.fixture
def library(monkeypatch):
    made = Library()
    monkeypatch.setitem(sys.modules, 'sherpa_onnx', made)
    return made


def test_a_streaming_model_hears_while_somebody_speaks(library, transducer):
    hearing = Sherpa(str(transducer), 'en').listen()
    hearing.feed(np.zeros(FRAME, np.int16))
    assert hearing.partial() == 'good morning'
    transcript = hearing.finish()
    assert (transcript.text, transcript.language) == ('good morning', 'en')
    ((kind, way, options),) = library.made
    assert (kind, way) == ('OnlineRecognizer', 'from_transducer')
    assert options['encoder'] == str(transducer / 'encoder.onnx')


def test_any_other_model_hears_at_the_end(library, tmp_path):
    whisper = make_model(tmp_path / 'whisper', 'tiny-encoder.onnx', 'tiny-decoder.onnx')
    (whisper / 'tokens.txt').rename(whisper / 'tiny-tokens.txt')
    hearing = Sherpa(str(whisper), 'en').listen()
    hearing.feed(np.zeros(FRAME, np.int16))
    assert hearing.partial() == ''
    assert hearing.finish().text == 'good morning'
    assert library.made[0][:2] == ('OfflineRecognizer', 'from_whisper')


@pytest.mark.parametrize(
    ('name', 'way'), [('sense-voice', 'from_sense_voice'), ('nemo', 'from_nemo_ctc')]
)
def test_models_of_one_network_are_told_apart_by_name(library, tmp_path, name, way):
    Sherpa(str(make_model(tmp_path / name, 'model.onnx')))
    assert library.made[0][1] == way


def test_without_a_directory_the_fetched_model_is_taken(library, tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    sha256 = hashlib.sha256(NETWORK).hexdigest()
    networks = tuple(
        replace(file, size=len(NETWORK), sha256=sha256)
        for file in SHERPA.files
        if file.name.endswith('.onnx')
    )
    model = replace(SHERPA, files=networks)
    monkeypatch.setattr(sherpa_model, 'SHERPA', model)
    with pytest.raises(Unavailable, match='judy-fetch-models sherpa downloads one'):
        make_recogniser(RecogniserSettings('sherpa'), {})
    make_model(model.home, *(file.name for file in networks))
    assert make_recogniser(RecogniserSettings('sherpa'), {}).name.endswith(SHERPA.folder)
    assert library.made[0][:2] == ('OnlineRecognizer', 'from_transducer')
    (model.home / networks[0].name).write_bytes(NETWORK[::-1])
    with pytest.raises(Unavailable, match=r'damaged: judy-fetch-models sherpa'):
        make_recogniser(RecogniserSettings('sherpa'), {})


def test_the_fetched_model_knows_english_only():
    with pytest.raises(Unavailable, match="'de'.*set model"):
        make_recogniser(RecogniserSettings('sherpa', 'de'), {})


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unavailable, match='missing.*judy-fetch-models'):
        Sherpa(str(tmp_path / 'missing'))


@pytest.mark.parametrize('files', [['encoder.onnx'], ['decoder.onnx', 'joiner.onnx'], []])
def test_an_incomplete_model_says_what_belongs_to_one(tmp_path, files):
    with pytest.raises(Unavailable, match=r'incomplete.*tokens\.txt'):
        Sherpa(str(make_model(tmp_path, *files)))


@pytest.mark.parametrize('content', [b'', b'nonsense'])
def test_a_file_that_would_end_the_process_is_refused(tmp_path, content):
    make_model(tmp_path, 'model.onnx', content=content)
    with pytest.raises(Unavailable, match=r'model\.onnx is no speech model'):
        Sherpa(str(tmp_path))


def test_a_broken_model_is_named(transducer):
    pytest.importorskip('sherpa_onnx')
    with pytest.raises(Unavailable, match=f'{STREAMING}.*does not load') as caught:
        Sherpa(str(transducer))
    assert '\n' not in str(caught.value)


def test_without_the_library_the_package_is_named(transducer, monkeypatch):
    monkeypatch.setitem(sys.modules, 'sherpa_onnx', None)
    with pytest.raises(Unavailable, match='pip install sherpa-onnx'):
        Sherpa(str(transducer))


def test_small_weights_are_taken_before_large_ones(tmp_path):
    names = ('encoder', 'decoder', 'joiner')
    files = [f'{name}-99{kind}.onnx' for name in names for kind in ('', '.int8')]
    model = find_model(str(make_model(tmp_path / STREAMING, *files)))
    assert model.streaming and sorted(model.parts) == sorted(names)
    assert all(path.endswith('int8.onnx') for path in model.parts.values())

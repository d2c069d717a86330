from pathlib import Path

import numpy as np
import pytest

from cp_xception_ros.emotion.classifier import ModelError, OnnxClassifier, ScriptedClassifier
from cp_xception_ros.resources import find

datasets = pytest.importorskip('onnxruntime.datasets')


@pytest.fixture(scope='module')
def shipped() -> Path:
    return find('models/cp_xception.onnx')


@pytest.fixture(scope='module')
def classifier(shipped):
    return OnnxClassifier(shipped)


def faces(count: int) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.integers(0, 256, (96, 96, 3), np.uint8) for _ in range(count)]


def test_the_name_says_network_and_version(classifier):
    name, version = classifier.name.split(' ')
    assert name == 'cp_xception'
    assert version.count('.') == 2


def test_probabilities_are_rows_that_sum_to_one(classifier):
    result = classifier.classify(faces(5))
    assert (result.shape, result.dtype) == ((5, 7), np.float32)
    assert np.allclose(result.sum(1), 1, atol=1e-5)
    assert result.min() >= 0


def test_no_faces_give_an_empty_table(classifier):
    assert classifier.classify([]).shape == (0, 7)


def test_a_batch_gives_the_same_as_single_faces(classifier):
    together = classifier.classify(faces(20))
    alone = np.concatenate([classifier.classify([face]) for face in faces(20)])
    assert np.allclose(together, alone, atol=1e-5)


def test_faces_of_different_sizes_share_a_batch(classifier):
    mixed = [np.full(shape, 9, np.uint8) for shape in ((1, 1), (48, 48, 1), (700, 600, 3))]
    assert np.isfinite(classifier.classify(mixed)).all()


def test_light_and_contrast_hardly_matter(classifier):
    face = faces(1)[0] // 2
    dimmed, lifted = classifier.classify([face, face + 80])
    assert np.abs(dimmed - lifted).max() < 0.02


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r'nowhere\.onnx: there is no such file'):
        OnnxClassifier(tmp_path / 'nowhere.onnx')


@pytest.mark.parametrize('data', [b'', b'not a network', bytes(1000)])
def test_a_file_that_is_no_network_is_named(tmp_path, data):
    path = tmp_path / 'bad.onnx'
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r'bad\.onnx') as caught:
        OnnxClassifier(path)
    assert '\n' not in str(caught.value)


def test_a_cut_off_network_is_named(tmp_path, shipped):
    path = tmp_path / 'cut.onnx'
    path.write_bytes(shipped.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r'cut\.onnx'):
        OnnxClassifier(path)


def test_another_network_is_refused_for_its_ends():
    other = datasets.get_example('sigmoid.onnx')
    with pytest.raises(ModelError, match='its ends are'):
        OnnxClassifier(other)


@pytest.mark.parametrize(
    'old, new, reason',
    [
        (b'["anger", "disgust"', b'["disgust", "anger"', 'labels'),
        (b'"colour": "grey"', b'"colour": "blue"', 'preprocessing'),
        (b'golden_image', b'golden_imago', 'golden_image'),
    ],
)
def test_metadata_of_another_kind_is_named(tmp_path, shipped, old, new, reason):
    data = shipped.read_bytes()
    assert old in data
    path = tmp_path / 'other.onnx'
    path.write_bytes(data.replace(old, new))
    with pytest.raises(ModelError, match=reason):
        OnnxClassifier(path)


def test_weights_that_answer_differently_are_noticed(tmp_path, shipped):
    data = bytearray(shipped.read_bytes())
    scores = data.index(b'golden_scores')
    start = data.index(b'[', scores)
    end = data.index(b']', start)
    wrong = ', '.join(['0.9'] + ['0.0'] * 6).encode()
    data[start + 1 : end] = wrong.ljust(end - start - 1)
    path = tmp_path / 'wrong.onnx'
    path.write_bytes(bytes(data))
    with pytest.raises(ModelError, match='golden picture'):
        OnnxClassifier(path)


def test_a_script_gives_its_rows_in_turn_and_holds_the_last():
    first, last = np.eye(7)[3], np.eye(7)[4]
    script = ScriptedClassifier([first, last])
    assert np.array_equal(script.classify(faces(1)), [first])
    assert np.array_equal(script.classify(faces(2)), [last, last])
    assert script.classify([]).shape == (0, 7)

from pathlib import Path
import sys

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
pytest.importorskip('onnx', reason='the training environment is not installed')
torch.set_num_threads(1)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cp_xception_ros.emotion.classifier import OnnxClassifier  # noqa: E402
from training.deploy import deploy  # noqa: E402
from training.export import answers, describe, halve, largest_difference, to_onnx  # noqa: E402
from training.golden import golden_image  # noqa: E402
from training.networks import build  # noqa: E402
from training.records import write_bytes  # noqa: E402


def settled(name: str) -> torch.nn.Module:
    """Return a network whose norms have seen some pictures."""
    torch.manual_seed(0)
    network = build(name).train()
    for parameter in network.parameters():
        # Biases and embeddings start too near zero to be missed.
        torch.nn.init.normal_(parameter, std=0.3)
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(16, 1, 48, 48) * 255)
    return network.eval()


@pytest.mark.parametrize('name', ['cp_xception', 'cp_xception_fast', 'mini_xception'])
def test_the_robot_gets_the_networks_own_probabilities(tmp_path, name):
    network = settled(name)
    model = to_onnx(deploy(network), temperature=1.3)
    describe(model, name, '1.2.3', 'a test')
    path = tmp_path / 'network.onnx'
    write_bytes(path, model.SerializeToString())
    classifier = OnnxClassifier(path)
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)
    with torch.no_grad():
        expected = (network(torch.from_numpy(faces)[:, None]) / 1.3).softmax(1).numpy()
    assert np.allclose(classifier.classify(faces), expected, atol=1e-5)
    assert classifier.name == f'{name} 1.2.3'


def test_batch_normalisation_is_folded():
    model = to_onnx(deploy(settled('cp_xception')), 1.0)
    assert 'BatchNormalization' not in [node.op_type for node in model.graph.node]


def test_large_weights_take_half_the_room_and_change_little():
    network = settled('cp_xception')
    model = to_onnx(deploy(network), 1.0)
    faces = np.random.default_rng(0).integers(0, 256, (20, 48, 48), np.uint8)
    size, before = model.ByteSize(), answers(model, faces)
    halve(model)
    assert model.ByteSize() < 0.75 * size
    assert 0 < abs(answers(model, faces) - before).max() < 0.01


def test_a_file_that_is_another_function_is_refused():
    network = settled('cp_xception')
    model = to_onnx(deploy(network), 1.0)
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)
    with torch.no_grad():
        scores = network(torch.from_numpy(faces)[:, None]).numpy()
    assert largest_difference(model, scores, 1.0, faces) < 1e-5
    with pytest.raises(RuntimeError, match='differs from the training network'):
        largest_difference(model, scores, 1.5, faces)


def test_the_golden_picture_is_the_same_everywhere():
    image = golden_image()
    assert (image.shape, image.dtype) == ((48, 48), np.uint8)
    assert int(image.astype(np.int64).sum()) == 313291

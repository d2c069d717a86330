import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')

from cp_xception_ros.emotion.model import CPXception, MiniXception, standardise  # noqa: E402


@pytest.mark.parametrize(
    'network, parameters, operations',
    [
        (CPXception(), 30_149, 3_527_496),
        (CPXception(parc=False), 28_421, 3_389_256),
        (MiniXception(), 56_951, 7_102_150),
        (MiniXception(parc=True), 58_679, 7_240_390),
    ],
    ids=['CSP + ParC', 'CSP', 'Mini-Xception', 'Mini-Xception + ParC'],
)
def test_counts_are_the_published_ones(network, parameters, operations):
    thop = pytest.importorskip('thop', reason="the paper's counter is not installed")
    counted = thop.profile(network.eval(), (torch.zeros(1, 1, 48, 48),), verbose=False)
    assert counted == (operations, parameters)


def test_all_parameters_are_counted_with_the_position_embeddings():
    assert sum(p.numel() for p in CPXception().parameters()) == 31_685


@pytest.mark.parametrize('network', [CPXception(), MiniXception()])
def test_bytes_and_floats_of_a_picture_give_the_same_scores(network):
    image = torch.randint(0, 256, (2, 1, 48, 48), dtype=torch.uint8)
    scores = network.eval()(image)
    assert scores.shape == (2, 7)
    assert torch.equal(scores, network(image.float()))


def test_light_and_contrast_are_evened_out():
    image = torch.rand(1, 1, 48, 48) * 100
    assert torch.allclose(standardise(image), standardise(2 * image + 30), atol=1e-2)


def test_a_blank_picture_stays_blank():
    assert standardise(torch.full((1, 1, 48, 48), 77.0)).abs().max() < 1e-3


def test_every_parameter_learns():
    network = CPXception()
    network(torch.rand(4, 1, 48, 48) * 255).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())

#!/usr/bin/env python3
"""Write a trained network as the ONNX file that the robot loads.

python training/export.py --run RUN_DIR --data DIR --out models/cp_xception.onnx

Input `image` uint8 [N, 1, 48, 48], output `probabilities` float32 [N, 7]: normalisation, softmax
and temperature are inside, batch normalisation is folded into the convolutions, and large weights
are kept with half the digits. The temperature is fitted on the run's own held-out part of
Training, on which the file's answers are also compared with the training network's.
"""

import argparse
import io
import json
from pathlib import Path
import sys
import warnings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import onnx
import torch
from torch import nn

from cp_xception_ros.emotion.metadata import Metadata
from training.data import DataError, read_fer2013
from training.deploy import deploy
from training.division import divide
from training.golden import golden_image
from training.loop import predict
from training.measures import fit_temperature
from training.networks import build
from training.recipe import Recipe
from training.records import RunFolder, load_averaged, write_bytes

OPSET = 20  # the first with Gelu as one operator
# Numbers. Smaller weights stay whole: they save little.
LARGE = 1100
COMPARED = 1000
EQUAL = 1e-3  # in probability
LICENCE = 'Apache-2.0; trained on FER2013 (research use) and FER+ (MIT)'


class WithProbabilities(nn.Module):
    """A network whose scores leave as calibrated probabilities."""

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return (self.network(image) / self.temperature).softmax(1)


def to_onnx(network: nn.Module, temperature: float) -> onnx.ModelProto:
    """Return the graph of a network in evaluation mode."""
    module = WithProbabilities(network, temperature).eval()
    example = (torch.zeros(2, 1, 48, 48, dtype=torch.uint8),)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module,
            example,
            buffer,
            dynamo=False,
            input_names=['image'],
            output_names=['probabilities'],
            dynamic_axes={'image': {0: 'N'}, 'probabilities': {0: 'N'}},
            opset_version=OPSET,
        )
    return onnx.load_model_from_string(buffer.getvalue())


def halve(model: onnx.ModelProto) -> None:
    """Store large weights as float16; onnxruntime widens them once, when it loads the file."""
    widen = []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > LARGE:
            name = tensor.name
            half = onnx.numpy_helper.from_array(values.astype(np.float16), f'{name}.half')
            tensor.CopyFrom(half)
            widen.append(
                onnx.helper.make_node('Cast', [half.name], [name], to=onnx.TensorProto.FLOAT)
            )
    nodes = [*widen, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def answers(model: onnx.ModelProto, images: np.ndarray) -> np.ndarray:
    """Return what onnxruntime makes of pictures (N, 48, 48), float32 (N, 7)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=['CPUExecutionProvider']
    )
    return session.run(None, {'image': images[:, None]})[0]


def largest_difference(
    model: onnx.ModelProto, scores: np.ndarray, temperature: float, images: np.ndarray
) -> float:
    """Compare with the training network's scores; RuntimeError where it is another function."""
    expected = torch.from_numpy(scores / temperature).softmax(1).numpy()
    difference = float(abs(answers(model, images) - expected).max())
    if difference > EQUAL:
        raise RuntimeError(
            f'the file differs from the training network by {difference:.4f} in probability, '
            f'more than {EQUAL}'
        )
    return difference


def describe(model: onnx.ModelProto, name: str, version: str, training: str) -> None:
    """Add the metadata, with the golden picture and the graph's own answer to it."""
    image = golden_image()
    scores = answers(model, image[None])[0]
    metadata = Metadata(name, version, image, scores, training, LICENCE)
    onnx.helper.set_model_props(model, metadata.to_strings())


def export(run: Path, data: Path, out: Path, version: str) -> None:
    folder = RunFolder(run)
    facts = json.loads((run / 'run.json').read_text())
    recipe = Recipe(**facts['recipe'])
    network = load_averaged(folder, build(recipe.network))
    division = divide(read_fer2013(data), recipe)
    rows, held = division.rows, division.held
    scores = predict(network, rows.images[held])
    temperature = fit_temperature(scores, rows.labels[held])
    model = to_onnx(deploy(network), temperature)
    halve(model)
    few = slice(0, COMPARED)
    difference = largest_difference(model, scores[few], temperature, rows.images[held[few]])
    summary = {
        'commit': facts['commit'],
        'seed': facts['seed'],
        'data_sha256': facts['data_sha256'],
        'pictures': facts['pictures_trained'],
        'epochs': folder.load_checkpoint()['epoch'],
        'held_out_accuracy': round(float((scores.argmax(1) == rows.labels[held]).mean()), 4),
        'temperature': round(temperature, 3),
        'largest_difference': round(difference, 6),
    }
    describe(model, recipe.network, version, json.dumps(summary))
    write_bytes(out, model.SerializeToString())
    print(f'{out}: {out.stat().st_size} bytes, {json.dumps(summary)}')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--run', type=Path, required=True, help='output folder of train.py')
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--version', default='0.1.0')
    options = parser.parse_args()
    try:
        export(options.run, options.data, options.out, options.version)
    except (DataError, OSError, RuntimeError) as error:
        print(f'export.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

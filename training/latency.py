#!/usr/bin/env python3
"""Compare the time that CP-Xception and Mini-Xception need for one batch of faces.

python training/latency.py [--model models/cp_xception.onnx] [--json FILE]

One thread; all variants take turns in one process, so that whatever else the machine does meets
them alike. Only the shipped file's weights are trained: time does not depend on them.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
import importlib.util
from pathlib import Path
import statistics
import sys
import time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import nn

from cp_xception_ros.emotion.classifier import session_options
from training.deploy import deploy
from training.export import halve, to_onnx
from training.networks import build
from training.records import write_json

BATCHES = (1, 4, 16)
ROUNDS = 200
WARM, TIMED = 2, 5
Run = Callable[[np.ndarray], object]


def onnxruntime_runner(model: bytes) -> Run:
    """Return a session as the robot opens it."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model, session_options(threads=1), providers=['CPUExecutionProvider']
    )
    return lambda images: session.run(None, {'image': images})


def openvino_runner(model: bytes) -> Run:
    """Return a network compiled by OpenVINO for one thread."""
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(model), 'CPU', {'INFERENCE_NUM_THREADS': 1})
    request = compiled.create_infer_request()
    return lambda images: request.infer([images])


@torch.no_grad()
def _eager(network: nn.Module, images: np.ndarray) -> torch.Tensor:
    return network(torch.from_numpy(images)).softmax(1)


def exported(network: nn.Module) -> bytes:
    """Return the graph as torch.onnx.export writes it, unchanged."""
    return to_onnx(network, 1.0).SerializeToString()


def improved(network: nn.Module) -> bytes:
    """Return the graph as export.py writes it."""
    model = to_onnx(deploy(network), 1.0)
    halve(model)
    return model.SerializeToString()


def pairs(shipped: bytes) -> dict[str, tuple[Run, Run]]:
    """Return CP-Xception and Mini-Xception by way of running them."""
    torch.manual_seed(0)
    ours, theirs = build('cp_xception').eval(), build('mini_xception').eval()
    found = {
        'onnxruntime': (onnxruntime_runner(shipped), onnxruntime_runner(improved(theirs))),
        'onnxruntime, plain export': (
            onnxruntime_runner(exported(ours)),
            onnxruntime_runner(exported(theirs)),
        ),
        'PyTorch, eager': (partial(_eager, ours), partial(_eager, theirs)),
    }
    if importlib.util.find_spec('openvino'):
        found['OpenVINO'] = (openvino_runner(shipped), openvino_runner(improved(theirs)))
        found['OpenVINO, plain export'] = (
            openvino_runner(exported(ours)),
            openvino_runner(exported(theirs)),
        )
    return found


def interleaved(runs: Mapping[str, Run], batch: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median milliseconds of one call on a batch, all taking turns."""
    images = np.random.default_rng(0).integers(0, 256, (batch, 1, 48, 48), np.uint8)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            for _ in range(WARM):
                run(images)
            begun = time.perf_counter()
            for _ in range(TIMED):
                run(images)
            seconds[name].append((time.perf_counter() - begun) / TIMED)
    return {name: 1000 * statistics.median(values) for name, values in seconds.items()}


def measure(shipped: bytes, rounds: int = ROUNDS) -> list[dict]:
    """Return a row for every batch and way of running: milliseconds of both, and the ratio."""
    torch.set_num_threads(1)
    ways = pairs(shipped)
    runs = {f'{way}/{n}': pair[n] for way, pair in ways.items() for n in (0, 1)}
    rows = []
    for batch in BATCHES:
        times = interleaved(runs, batch, rounds)
        for way in ways:
            ours, theirs = times[f'{way}/0'], times[f'{way}/1']
            row = {'way': way, 'batch': batch, 'cp_xception_ms': ours, 'mini_xception_ms': theirs}
            rows.append({**row, 'ratio': ours / theirs})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', type=Path, default=Path('models/cp_xception.onnx'))
    parser.add_argument('--rounds', type=int, default=ROUNDS)
    parser.add_argument('--json', type=Path)
    options = parser.parse_args()
    try:
        rows = measure(options.model.read_bytes(), options.rounds)
        if options.json:
            write_json(options.json, rows)
    except OSError as error:
        print(f'latency.py: {error}', file=sys.stderr)
        return 1
    print('| way | batch | CP-Xception ms | Mini-Xception ms | ratio |\n|---|---|---|---|---|')
    for row in rows:
        print(
            f'| {row["way"]} | {row["batch"]} | {row["cp_xception_ms"]:.3f} '
            f'| {row["mini_xception_ms"]:.3f} | {row["ratio"]:.2f} |'
        )
    return 0


if __name__ == '__main__':
    sys.exit(main())

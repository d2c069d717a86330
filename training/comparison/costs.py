"""What a network costs: counts, the size of its file, and times in onnxruntime."""

from collections.abc import Mapping
import copy
from dataclasses import dataclass
import statistics
import time

import onnx
import torch
from torch import nn

from training.comparison.plan import Entry
from training.comparison.rivals import network_of
from training.deploy import deploy
from training.export import describe, halve, to_onnx
from training.latency import exported, interleaved, onnxruntime_runner

LOADS = 20


@dataclass(frozen=True)
class Counts:
    """Sizes of a network for pictures of 48 x 48."""

    parameters: int  # by the paper's counter, thop
    operations: int  # multiply-accumulates by the same counter
    all_parameters: int


@dataclass(frozen=True)
class Times:
    """Of one face on one thread, in milliseconds: medians, all networks taking turns."""

    load: float  # from the file's bytes to the first answer
    latency: float
    plain_latency: float  # of the graph as torch.onnx.export writes it


def count(network: nn.Module) -> Counts:
    """Count as the paper does: thop does not see parameters that lie beside other modules."""
    import thop

    counted = copy.deepcopy(network)  # thop leaves its own buffers in it
    operations, parameters = thop.profile(counted, (torch.zeros(1, 1, 48, 48),), verbose=False)
    every = sum(parameter.numel() for parameter in network.parameters())
    return Counts(int(parameters), int(operations), every)


def robot_file(network: nn.Module, name: str) -> bytes:
    """Return the file that export.py would write."""
    model: onnx.ModelProto = to_onnx(deploy(network), 1.0)
    halve(model)
    describe(model, name, '0.0.0', '{}')
    return model.SerializeToString()


def measure_times(files: Mapping[str, bytes], plain: Mapping[str, bytes]) -> dict[str, Times]:
    """Return the times of networks by name: of the robot's files, and of plain exports."""
    torch.set_num_threads(1)
    runs = {f'file {name}': onnxruntime_runner(file) for name, file in files.items()}
    runs |= {f'plain {name}': onnxruntime_runner(file) for name, file in plain.items()}
    found = interleaved(runs, batch=1)
    loads = _load_times(files)
    return {
        name: Times(loads[name], found[f'file {name}'], found[f'plain {name}']) for name in files
    }


def _load_times(files: Mapping[str, bytes]) -> dict[str, float]:
    image = torch.zeros(1, 1, 48, 48, dtype=torch.uint8).numpy()
    seconds: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(LOADS):
        for name, file in files.items():
            begun = time.perf_counter()
            onnxruntime_runner(file)(image)
            seconds[name].append(time.perf_counter() - begun)
    return {name: 1000 * statistics.median(values) for name, values in seconds.items()}


def cost_rows(entries: tuple[Entry, ...]) -> list[dict]:
    """Return a JSON-ready row of each network, random weights: costs do not depend on them."""
    torch.manual_seed(0)
    networks = {entry.network: network_of(entry.network) for entry in entries}
    files = {name: robot_file(network, name) for name, network in networks.items()}
    plain = {name: exported(network) for name, network in networks.items()}
    times = measure_times(files, plain)
    return [
        {
            'network': entry.network,
            'title': entry.title,
            **vars(count(networks[entry.network])),
            'bytes': len(files[entry.network]),
            'load_ms': times[entry.network].load,
            'latency_ms': times[entry.network].latency,
            'plain_latency_ms': times[entry.network].plain_latency,
        }
        for entry in entries
    ]

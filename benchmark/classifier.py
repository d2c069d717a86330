"""CP-Xception against Mini-Xception, as training/latency.py compares them."""

from collections.abc import Mapping
import json
from pathlib import Path
import subprocess
import tempfile

from .case import Case, Measure, MeasuringFailed, Settings, Target
from .processes import REPOSITORY, python_with_torch

PATIENCE = 600.0
WAYS = {
    'onnxruntime': 'ort',
    'onnxruntime, plain export': 'ort_plain',
    'PyTorch, eager': 'eager',
    'OpenVINO': 'openvino',
    'OpenVINO, plain export': 'openvino_plain',
}


def run(settings: Settings) -> Mapping[str, float]:
    """Run training/latency.py where torch is installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'latency.json'
        command = [python_with_torch(), 'training/latency.py', '--json', str(path)]
        done = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            raise MeasuringFailed(f'training/latency.py: {done.stderr[-500:]}')
        return _values(json.loads(path.read_text()))


def _values(rows: list[dict]) -> dict[str, float]:
    values = {}
    for row in rows:
        key = f'{WAYS[row["way"]]}_{row["batch"]}'
        values[key] = row['ratio']
        if row['way'] == 'onnxruntime':
            values[f'{key}_ms'] = row['cp_xception_ms']
    return values


def _measures() -> tuple[Measure, ...]:
    rows = []
    for batch in (1, 4, 16):
        rows.append(Measure(f'ort_{batch}_ms', f'CP-Xception, batch {batch}', 'ms'))
        for way, key in WAYS.items():
            target = Target('≤', 1.25) if (key, batch) == ('ort', 1) else None
            text = f'to Mini-Xception by {way}, batch {batch}'
            rows.append(Measure(f'{key}_{batch}', text, '×', target))
    return tuple(rows)


CASE = Case(
    'classifier',
    _measures(),
    'Time of one call of the network, 1 thread, from uint8 pictures to probabilities, and its '
    "ratio to Mini-Xception's by the same engine, all taking turns. onnxruntime: the shipped file "
    'against Mini-Xception as export.py writes it. Plain export: as torch.onnx.export '
    'writes both. Median of 200 rounds of 5 calls.',
    run,
)

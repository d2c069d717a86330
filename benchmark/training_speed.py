"""This trainer against a plain PyTorch loop, as training/speed.py compares them."""

from collections.abc import Mapping
import json
from pathlib import Path
import subprocess
import tempfile

from .case import Case, Measure, MeasuringFailed, NotMeasured, Settings, Target
from .processes import REPOSITORY, python_with_torch

PATIENCE = 900.0
TITLES = {'cp_xception': 'CP-Xception', 'mini_xception': 'Mini-Xception'}


def run(settings: Settings) -> Mapping[str, float]:
    """Run training/speed.py where torch is installed."""
    if settings.data is None:
        raise NotMeasured('--data names no folder of fer2013.csv')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'speed.json'
        data = str(settings.data.resolve())
        command = [python_with_torch(), 'training/speed.py', '--data', data, '--json', str(path)]
        done = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            raise MeasuringFailed(f'training/speed.py: {done.stderr[-500:]}')
        return _values(json.loads(path.read_text()))


def _values(rows: list[dict]) -> dict[str, float]:
    return {
        f'{row["network"]}_{key}': row[key] for row in rows for key in ('ours', 'plain', 'ratio')
    }


def _measures() -> tuple[Measure, ...]:
    rows = []
    for name, title in TITLES.items():
        rows += [
            Measure(f'{name}_ours', f'{title}, our trainer', 'pictures/s'),
            Measure(f'{name}_plain', f'{title}, plain loop', 'pictures/s'),
            Measure(f'{name}_ratio', f'{title}, how many times as fast', '×', Target('≥', 2)),
        ]
    return tuple(rows)


CASE = Case(
    'training_speed',
    _measures(),
    'Pictures trained on per second, 1 thread, batches of 64, on 640 Training pictures of '
    'FER2013: by our trainer with recipes/paper.toml, and by a plain PyTorch loop (DataLoader, '
    'PIL, transforms of single pictures, AdamW) with the same network. Both take turns; median of '
    '5 passes.',
    run,
)

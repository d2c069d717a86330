"""What a run leaves behind, always written to a temporary name and then renamed."""

from dataclasses import asdict
import hashlib
import io
import json
import os
from pathlib import Path
import platform
import subprocess
from typing import Any

import numpy as np
import torch
from torch import nn

from training.recipe import Recipe


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is either whole or not there."""
    temporary = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_array(path: Path, values: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values)
    write_bytes(path, buffer.getvalue())


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=2) + '\n').encode())


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, 'rb') as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def commit() -> str:
    """Return the checked-out commit, with '+' when files differ from it; '' without git."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(
            ['git', 'describe', '--always', '--abbrev=40', '--dirty=+'],
            cwd=here, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ''
    return done.stdout.strip()


class RunFolder:
    """The output folder of one training run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True, exist_ok=True)
        self._board: Any = None

    @property
    def checkpoint(self) -> Path:
        return self.path / 'checkpoint.pt'

    def begin(
        self,
        recipe: Recipe,
        seed: int,
        data: Path,
        trained: int,
        held_out: int,
        start: Path | None,
    ) -> None:
        """Write run.json and open the TensorBoard log."""
        source = data / 'fer2013.csv' if data.is_dir() else data
        facts = {
            'recipe': asdict(recipe),
            'seed': seed,
            'start': file_hash(RunFolder(start).checkpoint) if start else None,
            'commit': commit(),
            'data_sha256': file_hash(source),
            'pictures_trained': trained,
            'pictures_held_out': held_out,
            'python': platform.python_version(),
            'torch': torch.__version__,
            'machine': platform.machine(),
        }
        write_json(self.path / 'run.json', facts)
        from torch.utils.tensorboard import SummaryWriter

        self._board = SummaryWriter(str(self.path / 'tensorboard'))

    def note(self, epoch: int, figures: dict[str, float]) -> None:
        """Add one epoch to metrics.jsonl and the TensorBoard log, and print it."""
        line = json.dumps({'epoch': epoch, **figures})
        with open(self.path / 'metrics.jsonl', 'a') as out:
            out.write(line + '\n')
        for name, value in figures.items():
            self._board.add_scalar(name, value, epoch)
        self._board.flush()
        print(line, flush=True)

    def save_checkpoint(self, state: dict) -> None:
        temporary = self.checkpoint.with_suffix('.partial')
        torch.save(state, temporary)
        os.replace(temporary, self.checkpoint)

    def load_checkpoint(self) -> dict:
        return torch.load(self.checkpoint, weights_only=True)


def load_averaged(folder: RunFolder, network: nn.Module) -> nn.Module:
    """Put a run's averaged weights into `network`, of its best epoch if the recipe keeps that."""
    checkpoint = folder.load_checkpoint()
    state = checkpoint.get('best', checkpoint)['averaged']
    prefix = 'module.'
    network.load_state_dict({k[len(prefix) :]: v for k, v in state.items() if k != 'n_averaged'})
    return network.eval()

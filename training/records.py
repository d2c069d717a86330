"""What a run leaves behind, always written to a temporary name and then renamed."""

from dataclasses import asdict
import io
import json
from pathlib import Path
import platform
import subprocess
from typing import Any

import torch
from torch import nn

from training.files import file_hash, write_array, write_bytes, write_json
from training.recipe import Recipe

__all__ = [
    'RunFolder',
    'commit',
    'file_hash',
    'load_averaged',
    'write_array',
    'write_bytes',
    'write_json',
]


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
        self.open_log()

    def open_log(self) -> None:
        """Open the TensorBoard log."""
        from torch.utils.tensorboard import SummaryWriter

        self._board = SummaryWriter(str(self.path / 'tensorboard'))

    def close_log(self) -> None:
        """Close the TensorBoard log."""
        self._board.close()

    def note(self, epoch: int, figures: dict[str, float], show: bool = True) -> None:
        """Add one epoch to metrics.jsonl and the TensorBoard log, and print it."""
        line = json.dumps({'epoch': epoch, **figures})
        with open(self.path / 'metrics.jsonl', 'a') as out:
            out.write(line + '\n')
        for name, value in figures.items():
            self._board.add_scalar(name, value, epoch)
        self._board.flush()
        if show:
            print(line, flush=True)

    def save_checkpoint(self, state: dict) -> None:
        # Through memory: PyTorch's own writer hides that a disk is full.
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(self.checkpoint, buffer.getvalue())

    def load_checkpoint(self) -> dict:
        return torch.load(self.checkpoint, weights_only=True)


def load_averaged(folder: RunFolder, network: nn.Module) -> nn.Module:
    """Put a run's averaged weights into `network`, of its best epoch if the recipe keeps that."""
    checkpoint = folder.load_checkpoint()
    state = checkpoint.get('best', checkpoint)['averaged']
    prefix = 'module.'
    network.load_state_dict({k[len(prefix) :]: v for k, v in state.items() if k != 'n_averaged'})
    return network.eval()

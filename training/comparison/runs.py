"""The training runs that the tables need: those that are there are used, others started."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import json
from pathlib import Path
import subprocess
import sys
import time

from tqdm import tqdm

from training.comparison.plan import ComparisonError, Entry
from training.files import file_hash
from training.recipe import Recipe
from training.records import RunFolder

TRAIN = Path(__file__).resolve().parents[1] / 'train.py'
POLL = 5.0  # seconds


@dataclass(frozen=True)
class Run:
    """One network with one seed, trained by the common recipe."""

    entry: Entry
    seed: int
    path: Path
    recipe: Recipe  # with this network's name

    def epochs(self) -> int:
        """Return how many epochs are done."""
        folder = RunFolder(self.path)
        return folder.load_checkpoint()['epoch'] if folder.checkpoint.exists() else 0

    def check(self, data_hash: str) -> None:
        """Raise ComparisonError where the folder holds something else."""
        file = self.path / 'run.json'
        if not file.exists():
            return
        facts = json.loads(file.read_text())
        for name, wanted in vars(self.recipe).items():
            found = facts['recipe'].get(name, wanted)  # an older run lacks newer fields
            if found != wanted:
                raise ComparisonError(f'{file}: {name} is {found}, not {wanted} as in the recipe')
        if facts['seed'] != self.seed:
            raise ComparisonError(f'{file}: seed {facts["seed"]}, not {self.seed}')
        if facts['data_sha256'] != data_hash:
            raise ComparisonError(f'{file}: trained on other data than --data')


def runs_of(entries: Sequence[Entry], recipe: Recipe, folder: Path) -> list[Run]:
    """Return the runs of the entries that are trained, in folders like cp_xception-0."""
    return [
        Run(
            entry, seed, folder / f'{entry.network}-{seed}', replace(recipe, network=entry.network)
        )
        for entry in entries
        for seed in entry.seeds
    ]


def complete(runs: Sequence[Run], recipe: Path, data: Path, jobs: int) -> None:
    """Start or resume what is not finished, `jobs` at a time, each with one thread.

    Raises ComparisonError: a folder holds another run, or a training failed. When this ends early,
    so do the trainings; the next call resumes them.
    """
    source = file_hash(data / 'fer2013.csv' if data.is_dir() else data)
    for run in runs:
        run.check(source)
    waiting = [run for run in runs if run.epochs() < run.recipe.epochs]
    if not waiting:
        return
    left = sum(run.recipe.epochs - run.epochs() for run in waiting)
    title = f'{len(waiting)} trainings'
    running: dict[Run, subprocess.Popen] = {}
    with tqdm(total=left, desc=title, unit='epoch', smoothing=0.05) as bar:
        try:
            unfinished = list(waiting)
            while waiting or running:
                while waiting and len(running) < jobs:
                    run = waiting.pop(0)
                    running[run] = _start(run, recipe, data)
                time.sleep(POLL)
                _forget_ended(running)
                done = sum(run.epochs() - run.recipe.epochs for run in unfinished)
                bar.update(left + done - bar.n)
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait()


def _start(run: Run, recipe: Path, data: Path) -> subprocess.Popen:
    run.path.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, str(TRAIN), '--recipe', str(recipe), '--network', run.entry.network,
        '--seed', str(run.seed), '--data', str(data), '--out', str(run.path), '--threads', '1',
    ]  # fmt: skip
    if RunFolder(run.path).checkpoint.exists():
        command.append('--resume')
    with open(run.path / 'train.log', 'a') as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def _forget_ended(running: dict[Run, subprocess.Popen]) -> None:
    for run, process in list(running.items()):
        if process.poll() is None:
            continue
        del running[run]
        if process.returncode:
            log = run.path / 'train.log'
            last = (log.read_text(errors='replace').strip().splitlines() or ['no message'])[-1]
            raise ComparisonError(f'{run.path}: the training failed: {last} (all of it: {log})')

"""The accuracy of finished runs, on the held-out part and on the test part."""

from collections.abc import Sequence
import json
from pathlib import Path
import statistics

from training.comparison.plan import Entry
from training.comparison.runs import Run
from training.data import Pictures
from training.division import divide
from training.files import file_hash, write_json
from training.loop import predict
from training.measures import accuracy
from training.networks import build
from training.records import RunFolder, load_averaged

LOOK = 'test.json'


def run_row(run: Run, pictures: Pictures, test: bool) -> dict:
    """Return a run's figures; those of the test part are None until a call with `test`.

    It is looked at once for each run: what was found stays in the run's folder.
    """
    division = divide(pictures, run.recipe)
    rows, held = division.rows, division.held
    network = load_averaged(RunFolder(run.path), build(run.entry.network))
    held_out = accuracy(predict(network, rows.images[held]), rows.labels[held])
    look = _earlier_look(run)
    if test and look is None:
        tested = division.test
        look = accuracy(predict(network, tested.images), tested.labels)
        digest = file_hash(RunFolder(run.path).checkpoint)
        write_json(run.path / LOOK, {'accuracy': look, 'checkpoint_sha256': digest})
    return {
        'network': run.entry.network,
        'seed': run.seed,
        'epochs': run.epochs(),
        'held_out': held_out,
        'test': look,
    }


def _earlier_look(run: Run) -> float | None:
    path: Path = run.path / LOOK
    if not path.exists():
        return None
    found = json.loads(path.read_text())
    current = found['checkpoint_sha256'] == file_hash(RunFolder(run.path).checkpoint)
    return found['accuracy'] if current else None


def accuracy_row(entry: Entry, runs: Sequence[dict]) -> dict:
    """Return mean and spread over an entry's runs; without runs the figures are None."""
    own = [run for run in runs if run['network'] == entry.network]
    return {
        'network': entry.network,
        'title': entry.title,
        'paper_accuracy': entry.paper_accuracy,
        'seeds': [run['seed'] for run in own],
        'held_out': _spread([run['held_out'] for run in own]),
        'test': _spread([run['test'] for run in own]),
    }


def _spread(values: Sequence[float | None]) -> dict | None:
    """Return mean and sample deviation (None of one value); None where a value is missing."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    deviation = statistics.stdev(known) if len(known) > 1 else None
    return {'mean': statistics.mean(known), 'deviation': deviation}

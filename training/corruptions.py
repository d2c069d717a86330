#!/usr/bin/env python3
"""Measure a network file on damaged pictures, as the robot runs it.

python training/corruptions.py --model models/cp_xception.onnx --data FILE_OR_DIR --out DIR

The folder gets corruptions.json, corruptions.md, corruptions.png and sheet.png, which shows one of
the faces at every level. Every kind of damage counts alike in the mean, every level of it too.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from cp_xception_ros.emotion.classifier import ModelError, OnnxClassifier
from cp_xception_ros.vision.detector import DetectorError
from training.charts.corruption import draw_corruptions, draw_sheet
from training.charts.style import write
from training.data import DataError
from training.degrade import CORRUPTIONS, Corruption, degrade
from training.evaluate import classify
from training.files import file_hash, write_bytes, write_json
from training.measures import accuracy
from training.selection import Selection, add_options, select

CANDIDATES = 100  # surest faces from which the sheet's is taken


def measure(classifier: OnnxClassifier, chosen: Selection, seed: int) -> dict[str, Any]:
    """Return the accuracy on clean pictures and for every corruption and level, 0..1."""
    clean = accuracy(classify(classifier, chosen.images), chosen.labels)
    levels = [(kind, level) for kind in CORRUPTIONS for level in kind.levels]
    found = {
        (kind.name, level): _accuracy(classifier, chosen, kind, level, seed)
        for kind, level in tqdm(levels, desc='damaging', unit='level', leave=False)
    }
    kinds = {kind.name: _summary(kind, found) for kind in CORRUPTIONS}
    mean = float(np.mean([kind['mean'] for kind in kinds.values()]))
    return {
        'clean_accuracy': clean,
        'mean_accuracy': mean,
        'share_of_clean': mean / clean if clean else None,
        'corruptions': kinds,
    }


def _accuracy(
    classifier: OnnxClassifier, chosen: Selection, kind: Corruption, level: float, seed: int
) -> float:
    images = degrade(kind, level, chosen.images, seed)
    return accuracy(classify(classifier, images, quiet=True), chosen.labels)


def _summary(kind: Corruption, found: Mapping[tuple[str, float], float]) -> dict[str, Any]:
    levels = [{'level': level, 'accuracy': found[kind.name, level]} for level in kind.levels]
    mean = float(np.mean([level['accuracy'] for level in levels]))
    return {'unit': kind.unit, 'mean': mean, 'levels': levels}


def markdown(result: Mapping[str, Any]) -> str:
    """Return the table as Markdown: accuracies in per cent, levels in brackets."""
    count = max(len(kind['levels']) for kind in result['corruptions'].values())
    heads = ['corruption', 'unit', *(f'level {n + 1}' for n in range(count)), 'mean']
    lines = [_row(heads), _row(['---'] * len(heads))]
    for name, kind in result['corruptions'].items():
        cells = [f'{100 * one["accuracy"]:.1f} ({one["level"]:g})' for one in kind['levels']]
        lines.append(_row([name, kind['unit'], *cells, f'{100 * kind["mean"]:.1f}']))
    share = result['share_of_clean']
    summary = (
        f'Undamaged {100 * result["clean_accuracy"]:.1f} %, mean over all kinds '
        f'{100 * result["mean_accuracy"]:.1f} %'
    )
    summary += f', {100 * share:.1f} % of the undamaged.' if share is not None else '.'
    return '\n'.join([*lines, '', summary, ''])


def _row(cells: list[str]) -> str:
    return f'| {" | ".join(cells)} |'


def sheet(face: np.ndarray, seed: int) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Return one face under every corruption, level by level with its label."""
    return {
        f'{kind.name}\n({kind.unit})': [
            (f'{level:g}', degrade(kind, level, face[None], seed)[0]) for level in kind.levels
        ]
        for kind in CORRUPTIONS
    }


def clear_face(classifier: OnnxClassifier, chosen: Selection) -> np.ndarray:
    """Return the face most like its mirror image among those read rightly and most surely."""
    scores = classify(classifier, chosen.images, quiet=True)
    surest = np.argsort(scores[np.arange(len(scores)), chosen.labels])[-CANDIDATES:]
    return max(chosen.images[surest], key=_symmetry)


def _symmetry(face: np.ndarray) -> float:
    return float(np.corrcoef(face.ravel(), face[:, ::-1].ravel())[0, 1])


def run(options: argparse.Namespace) -> None:
    """Measure, and write table and charts."""
    classifier = OnnxClassifier(options.model)
    chosen = select(options)
    result = {
        'model': classifier.name,
        'model_sha256': file_hash(options.model),
        'data': chosen.origin,
        'usage': chosen.usage,
        'labels': options.labels,
        'pictures': len(chosen.labels),
        'left_out': chosen.left_out,
        'seed': options.seed,
        **measure(classifier, chosen, options.seed),
    }
    table = markdown(result)
    print(table)
    face = clear_face(classifier, chosen)
    write_json(options.out / 'corruptions.json', result)
    write_bytes(options.out / 'corruptions.md', table.encode())
    write(options.out / 'corruptions.png', draw_corruptions, result)
    write(options.out / 'sheet.png', draw_sheet, face, sheet(face, options.seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', type=Path, required=True)
    add_options(parser)
    parser.add_argument('--seed', type=int, default=0, help='of noise and turning')
    parser.add_argument('--out', type=Path, required=True, help='folder for table and charts')
    options = parser.parse_args()
    try:
        run(options)
    except (DataError, DetectorError, ModelError, OSError) as error:
        print(f'corruptions.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

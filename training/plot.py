#!/usr/bin/env python3
"""Draw the learning curves of runs, or the charts of a result, as PNG.

python training/plot.py curves --out curves.png RUN_DIR ...
python training/plot.py confusion|roc|reliability --out chart.png RESULT.json
python training/plot.py folds --out folds.png CROSS_VALIDATION.json
python training/plot.py corruptions --out corruptions.png CORRUPTIONS.json
"""

import argparse
import json
from pathlib import Path
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.charts.confusion import draw_confusion
from training.charts.corruption import draw_corruptions
from training.charts.curves import draw_curves
from training.charts.folds import draw_folds
from training.charts.reliability import draw_reliability
from training.charts.roc import draw_roc
from training.charts.style import write

RESULTS = {
    'confusion': draw_confusion,
    'roc': draw_roc,
    'reliability': draw_reliability,
    'folds': draw_folds,
    'corruptions': draw_corruptions,
}


def draw(kind: str, inputs: list[Path], out: Path) -> None:
    """Write the chart of a kind. Raises OSError, KeyError or ValueError: not such an input."""
    if kind == 'curves':
        write(out, draw_curves, inputs)
    else:
        write(out, RESULTS[kind], read_result(inputs[0]))


def read_result(path: Path) -> dict[str, Any]:
    """Read a result's JSON; raises ValueError naming the file."""
    try:
        return json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f'{path}: not JSON ({error})') from None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('kind', choices=('curves', *RESULTS))
    parser.add_argument('inputs', type=Path, nargs='+')
    parser.add_argument('--out', type=Path, required=True)
    options = parser.parse_args()
    try:
        draw(options.kind, options.inputs, options.out)
    except (OSError, ValueError) as error:
        print(f'plot.py: {error}', file=sys.stderr)
        return 1
    except KeyError as error:
        print(f'plot.py: {options.inputs[0]} has no {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

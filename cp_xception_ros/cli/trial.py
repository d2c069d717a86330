"""judy-trial: posed expressions of people in front of the camera, and how many are read right."""

import argparse
from collections.abc import Sequence
import json
from pathlib import Path
import sys

from ..resources import find
from ..trial.chart import draw_chart
from ..trial.score import Score
from ..trial.session import Timing
from ..trial.store import TrialError, read_takes
from .trial_run import run

DESCRIPTION = """\
Test with people how many posed expressions are read right: seven of them under several conditions,
asked for on the screen and aloud, each held for some seconds in front of the camera."""
EPILOG = """\
examples:
  judy-trial run results --person p1        about six minutes; stop with Ctrl-C, the same goes on
  judy-trial run results --person p2 --conditions frontal,turned
  judy-trial report results                 everybody, beside the paper's figure

No picture is kept, unless --keep-pictures asks for it. Each person gets a folder with the results,
and labels.csv, which judy-replay takes with --labels for a video that was kept.

Exit status: 0 done, 1 failed, 2 wrong arguments, 3 no consent, 130 interrupted.
"""
TABLE, FIGURES, CHART = 'report.txt', 'report.json', 'report.png'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parse(arguments)
    try:
        return run(options) if options.verb == 'run' else _report(options.folder)
    except (ValueError, OSError) as error:
        print(f'judy-trial: {error}', file=sys.stderr)
        return 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        'judy-trial',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest='verb', required=True, metavar='run | report')
    _add_run(verbs.add_parser('run', help='lead one person through the expressions'))
    report = verbs.add_parser('report', help='add up everybody: table, JSON and chart')
    report.add_argument('folder', type=Path, metavar='DIR')
    return parser.parse_args(arguments)


def _add_run(parser: argparse.ArgumentParser) -> None:
    default = Timing()
    parser.add_argument('folder', type=Path, metavar='DIR', help='results of everybody')
    parser.add_argument('--person', required=True, metavar='NAME', help='better a made-up one')
    parser.add_argument(
        '--source', default='auto', help='camera device, or a recording (default: the camera)'
    )
    parser.add_argument('--conditions', metavar='A,B', help='some of them (default: all)')
    for name, purpose in (
        ('prepare', 'seconds to get ready for a condition'),
        ('countdown', 'seconds to get into an expression'),
        ('hold', 'seconds to hold it'),
    ):
        parser.add_argument(
            f'--{name}',
            type=float,
            default=getattr(default, name),
            metavar='S',
            help=f'{purpose} (default: %(default)g)',
        )
    parser.add_argument('--quiet', action='store_true', help='nothing aloud')
    parser.add_argument('--no-window', action='store_true', help='all in the terminal')
    parser.add_argument('--keep-pictures', action='store_true', help='a video of the session')
    parser.add_argument('--texts', type=Path, default=find('config/trial.yaml'), metavar='FILE')
    parser.add_argument('--detector', help='as for the face_detector node')
    parser.add_argument('--model', metavar='FILE', help='another network (.onnx)')
    parser.add_argument(
        '--config', type=Path, metavar='FILE', help='parameters of the nodes, such as judy.yaml'
    )
    parser.add_argument('--flat-out', action='store_true', help='a recording as fast as it goes')


def _report(folder: Path) -> int:
    """Print the table, and write it, the figures and the chart into the folder."""
    takes = read_takes(folder)
    if not takes:
        raise TrialError(f'{folder}: no results in it; judy-trial run {folder} --person NAME')
    score = Score(takes)
    lines = score.lines()
    (folder / TABLE).write_text('\n'.join(lines) + '\n', encoding='utf-8')
    (folder / FIGURES).write_text(json.dumps(score.as_dict(), indent=2) + '\n', encoding='utf-8')
    print('\n'.join(lines))
    try:
        draw_chart(folder / CHART, score)
    except ImportError:
        print(f"no {CHART}: pip install 'cp_xception_ros[demo]'", file=sys.stderr)
    print(f'written to {folder}/')
    return 0


if __name__ == '__main__':
    sys.exit(main())

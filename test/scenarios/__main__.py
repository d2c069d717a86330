"""python test/scenarios FILE…: play scenarios and print what happens, with the times."""

import argparse
from pathlib import Path
import sys

if not __package__:  # `python test/scenarios` runs this file alone, outside of its package
    TEST = Path(__file__).resolve().parents[1]
    sys.path[:1] = [str(TEST), str(TEST / 'servers'), str(TEST.parent)]

from scenarios.entry import ScenarioError  # noqa: E402
from scenarios.script import read_scenario  # noqa: E402


def main() -> int:
    """Return 0 if all went as expected, 1 if not, 2 if a file cannot be used."""
    parser = argparse.ArgumentParser('python test/scenarios', description=__doc__)
    parser.add_argument('files', nargs='+', type=Path, metavar='FILE')
    parser.add_argument('--check', action='store_true', help='read the files only')
    parser.add_argument('--quiet', action='store_true', help='print only what failed')
    options = parser.parse_args()
    try:
        scenarios = [read_scenario(file) for file in options.files]
    except ScenarioError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    if options.check:
        return 0
    return max(_play(scenario, options.quiet) for scenario in scenarios)


def _play(scenario: object, quiet: bool) -> int:
    from scenarios.player import Failed, play

    lines: list[str] = []
    try:
        seconds = play(scenario, lines.append if quiet else _print)
    except (Failed, OSError) as error:
        print('\n'.join([*lines, f'FAILED: {scenario.name}: {error}']), flush=True)
        return 1
    print(f'passed: {scenario.name}, {len(scenario.steps)} steps in {seconds:.1f} s', flush=True)
    return 0


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == '__main__':
    sys.exit(main())

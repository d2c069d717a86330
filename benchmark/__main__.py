"""Measure the robot's code, print a table and write it as JSON."""

import argparse
from collections.abc import Sequence
import json
import os
from pathlib import Path
import signal
import sys
import time

from cp_xception_ros.nodes import transport
from cp_xception_ros.vision.detector import make_detector

from . import (
    classifier,
    conversation,
    foreign_cameras,
    machine,
    on_the_robot,
    overhead,
    report,
    speech,
    start_up,
    training_speed,
    twenty_faces,
    two_hundred_turns,
    two_processes,
)
from .case import Case, MeasuringFailed, NotMeasured, Settings
from .processes import REPOSITORY

CASES = {
    case.name: case
    for case in (
        two_processes.CASE,
        overhead.CASE,
        foreign_cameras.CASE,
        twenty_faces.CASE,
        on_the_robot.CASE,
        start_up.CASE,
        speech.CASE,
        conversation.CASE,
        two_hundred_turns.CASE,
        classifier.CASE,
        training_speed.CASE,
    )
}


def main() -> int:
    options = _parse()
    if options.list:
        for case in CASES.values():
            print(f'{case.name}\n    {case.counted}')
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwind, which ends the children
    os.environ.update(transport.environment(os.environ))  # for our own listener
    detector = make_detector(options.yunet or 'auto')
    settings = Settings(options.yunet or 'auto', options.data)
    about = {**machine.describe(), 'detector': detector.name, 'repeats': options.repeat}
    results = [_measure(CASES[name], settings, options.repeat) for name in options.only or CASES]
    _write(options.json, report.document(about, results))
    _print(about, results, options.json)
    return int(any(result.failed for result in results))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser('python -m benchmark', description=__doc__)
    parser.add_argument('--list', action='store_true', help='say what each case measures')
    parser.add_argument('--only', action='append', choices=CASES, help='this case; again for more')
    parser.add_argument('--repeat', type=_count, default=3, help='runs of each case (%(default)s)')
    parser.add_argument(
        '--yunet', metavar='FILE', type=_file, help='YuNet, where judy-fetch-models has not put it'
    )
    parser.add_argument('--data', metavar='DIR', type=Path, help='the folder of fer2013.csv')
    parser.add_argument('--json', metavar='FILE', type=Path, default=REPOSITORY / 'out/bench.json')
    return parser.parse_args()


def _measure(case: Case, settings: Settings, repeats: int) -> report.Result:
    values: dict[str, list[float]] = {}
    repeats = repeats if case.repeatable else 1
    for number in range(1, repeats + 1):
        begun = time.monotonic()
        print(f'{case.name} {number}/{repeats} …', end=' ', flush=True)
        try:
            measured = case.run(settings)
        except (NotMeasured, MeasuringFailed) as error:
            print(error)
            return report.Result(case, {}, str(error), isinstance(error, MeasuringFailed))
        print(f'{time.monotonic() - begun:.1f} s')
        for key, value in measured.items():
            values.setdefault(key, []).append(value)
    return report.Result(case, values)


def _write(path: Path, document: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + '\n')


def _print(about: dict[str, object], results: Sequence[report.Result], path: Path) -> None:
    print()
    for line in machine.lines(about):
        print(line)
    print(f'face detector: {about["detector"]}')
    if about['detector'] == 'cascade':
        print(
            'The targets are for YuNet: judy-fetch-models yunet gets it, or --yunet FILE names it.'
        )
    print(f'\n{report.table(results)}\n\n{path}; --list says what exactly is measured')


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'must be at least 1, not {text}')
    return value


def _file(text: str) -> str:
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f'{text} does not exist')
    return str(path)


if __name__ == '__main__':
    sys.exit(main())

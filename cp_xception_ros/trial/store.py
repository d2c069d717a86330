"""The folder of a trial: for each person one folder for each time that they sat down."""

from collections.abc import Mapping, Sequence
import csv
import json
from pathlib import Path
import re
from typing import Any

from .take import Take

LABELS, TAKES, SESSION, PICTURES = 'labels.csv', 'takes.jsonl', 'session.json', 'pictures.mkv'
# What judy-replay reads, and whom and what it was.
_COLUMNS = ('from', 'to', 'emotion', 'face', 'person', 'condition')
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,39}')


class TrialError(ValueError):
    """A trial's folder that cannot be used; one line names it and what is wrong."""


class SessionFolder:
    """One person's one time in front of the camera; every result is on disk at once."""

    def __init__(self, root: Path, person: str, facts: Mapping[str, Any]) -> None:
        """Make DIR/PERSON/session-N with what is known beforehand.

        Raises TrialError: a name that cannot be one of a folder; OSError.
        """
        if not _NAME.fullmatch(person):
            raise TrialError(
                f'person {person!r}: must be letters, digits, - and _, at most 40 of them'
            )
        number = len(_sessions(root / person)) + 1
        self.path = root / person / f'session-{number}'
        self.path.mkdir(parents=True)
        text = json.dumps({'person': person, **facts}, indent=2, ensure_ascii=False)
        (self.path / SESSION).write_text(text + '\n', encoding='utf-8')
        self._add_row(_COLUMNS)

    def add(self, take: Take) -> None:
        # The end is the last picture's, which is part of the expression.
        times = (f'{take.start:.3f}', f'{take.end + 0.001:.3f}')
        self._add_row((*times, take.emotion, '', take.person, take.condition))
        with (self.path / TAKES).open('a', encoding='utf-8') as file:
            file.write(json.dumps(take.as_dict()) + '\n')

    def _add_row(self, row: Sequence[str]) -> None:
        with (self.path / LABELS).open('a', newline='', encoding='utf-8') as file:
            csv.writer(file, lineterminator='\n').writerow(row)


def read_takes(root: Path) -> list[Take]:
    """Return everything that was recorded below a trial's folder, person by person.

    Raises TrialError: nothing is there, or a file is damaged.
    """
    if not root.is_dir():
        raise TrialError(f'{root}: no such folder')
    people = sorted(path for path in root.iterdir() if path.is_dir())
    return [take for person in people for take in takes_of(root, person.name)]


def takes_of(root: Path, person: str) -> list[Take]:
    """Return what was recorded of a person, in order; of tasks done twice, the last one."""
    takes: dict[tuple[str, str], Take] = {}
    for session in _sessions(root / person):
        path = session / TAKES
        for number, line in enumerate(_lines(path), 1):
            take = _parse(f'{path}, line {number}', line)
            takes[take.condition, take.emotion] = take
    return list(takes.values())


def _sessions(folder: Path) -> list[Path]:
    return sorted(folder.glob('session-*'), key=lambda path: (len(path.name), path.name))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding='utf-8').splitlines() if path.exists() else []


def _parse(place: str, line: str) -> Take:
    try:
        return Take.from_dict(json.loads(line))
    except (ValueError, TypeError, KeyError):
        raise TrialError(f'{place}: is not a result of judy-trial; delete the line') from None

"""Values of a YAML file that know where they stand in it, so that every error can say so."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class ScenarioError(ValueError):
    """A scenario that cannot be used; the text names the file, the key and what is wrong."""


@dataclass(frozen=True)
class Entry:
    """A value and its place in a file, such as 'steps[2].expect'; '' is the whole."""

    file: str
    place: str
    value: Any

    def error(self, problem: str) -> ScenarioError:
        return ScenarioError(': '.join(filter(None, [self.file, self.place, problem])))

    def text(self) -> str:
        if isinstance(self.value, bool):
            raise self.error(f'YAML reads this as {self.value}: put the word into quotes')
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f'must be a text, not {self.value!r}')
        return self.value

    def number(self, low: float, high: float) -> float:
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not number or not low <= self.value <= high:
            raise self.error(f'must be a number from {low:g} to {high:g}, not {self.value!r}')
        return float(self.value)

    def choice(self, allowed: Collection[str]) -> str:
        text = self.text()
        if text not in allowed:
            raise self.error(f'{text!r} is unknown (allowed: {", ".join(allowed)})')
        return text

    def items(self) -> list['Entry']:
        """Return the entries of a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.error('must be a list with at least one entry')
        return [self._at(f'[{n}]', value) for n, value in enumerate(self.value, 1)]

    def one_or_more(self) -> list['Entry']:
        """Return the entries of a list, or the value as the only one."""
        return self.items() if isinstance(self.value, list) else [self]

    def mapping(self, allowed: Collection[str] | None = None) -> dict[str, 'Entry']:
        """Return the entries by their keys, which must be among `allowed`; None allows all."""
        if not isinstance(self.value, dict) or not self.value:
            raise self.error('must be keys with values')
        for key in self.value:
            if not isinstance(key, str) or (allowed is not None and key not in allowed):
                wanted = f' (allowed: {", ".join(allowed)})' if allowed else ''
                raise self.error(f'the key {key!r} is unknown{wanted}')
        return {key: self._at(f'.{key}', value) for key, value in self.value.items()}

    def _at(self, key: str, value: Any) -> 'Entry':
        return Entry(self.file, (self.place + key).lstrip('.'), value)


def read_file(path: Path) -> Entry:
    """Return the content of a YAML file.

    Raises ScenarioError: it cannot be read, or is not YAML.
    """
    try:
        return Entry(path.name, '', yaml.safe_load(path.read_text(encoding='utf-8')))
    except OSError as error:
        raise ScenarioError(f'{path}: {error.strerror}') from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f'{path}: not YAML: {" ".join(str(error).split())}') from None

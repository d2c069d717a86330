"""What a trial shows and says, from a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..emotion.labels import EMOTIONS

_SINGLE = ('language', 'consent', 'pictures_not_kept', 'pictures_kept', 'question')
_PHRASES = ('hold', 'relax', 'nobody', 'again', 'done')


class TextsError(ValueError):
    """A file of texts that cannot be used; one line names the file, the key and what is wrong."""


@dataclass(frozen=True)
class Texts:
    """`conditions` by their names, in the order in which they are gone through."""

    language: str
    consent: str
    pictures_not_kept: str
    pictures_kept: str
    question: str
    agree: tuple[str, ...]
    conditions: Mapping[str, str]
    emotions: Mapping[str, str]
    hold: str
    relax: str
    nobody: str
    again: str
    done: str

    def consent_text(self, pictures_kept: bool) -> str:
        kept = self.pictures_kept if pictures_kept else self.pictures_not_kept
        return f'{self.consent.strip()}\n\n{kept.strip()}\n'

    def agrees(self, answer: str) -> bool:
        return answer.strip().casefold() in {word.casefold() for word in self.agree}


def read_texts(path: Path) -> Texts:
    """Raises TextsError."""
    content = _read(path)
    agree = content.get('agree')
    if not isinstance(agree, list) or not all(isinstance(word, str) for word in agree):
        raise TextsError(
            f"texts {path}: agree: must be a list of words in quotes, such as ['yes']"
        )
    return Texts(
        **{name: _text(path, content, name) for name in _SINGLE},
        agree=tuple(agree),
        conditions=_section(path, content, 'conditions'),
        emotions=_section(path, content, 'emotions', EMOTIONS),
        **_section(path, content, 'phrases', _PHRASES),
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise TextsError(f'texts {path}: {error.strerror}') from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TextsError(f'texts {path}: not YAML: {" ".join(str(error).split())}') from None
    if not isinstance(content, Mapping):
        raise TextsError(f'texts {path}: must hold keys with texts')
    return content


def _section(
    path: Path, content: Mapping[str, Any], name: str, needed: tuple[str, ...] = ()
) -> dict[str, str]:
    section = content.get(name)
    if not isinstance(section, Mapping) or not section:
        raise TextsError(f'texts {path}: {name}: must hold names with a text each')
    return {key: _text(path, section, key, f'{name}.') for key in needed or section}


def _text(path: Path, content: Mapping[str, Any], name: str, place: str = '') -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value.strip():
        raise TextsError(f'texts {path}: {place}{name}: must be a text, not {value!r}')
    return value

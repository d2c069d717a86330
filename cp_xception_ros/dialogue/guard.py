"""What a language model may say aloud: the last check before the loudspeaker."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any

from .phrases import PhrasesError, texts
from .simplify import simplify

# "{"name": "play_music"" from models that write their tool calls instead of making them.
MACHINE_TEXT = re.compile(
    r'^\s*[{\[<]|"\w+"\s*:|</?\w+>|\bplay_music\b|\bset_volume\b|\bstop_music\b'
)


@dataclass(frozen=True)
class Verdict:
    """What to say instead of a piece ('' for nothing), and whether the reply ends there."""

    text: str
    stop: bool = False


class OutputGuard:
    """Checks one reply, piece by piece: make a new one for each.

    A piece that matches a forbidden pattern, in any language, ends the reply with the `instead`
    sentence; so do more than `most_characters` characters, then without any sentence.
    """

    def __init__(self, forbidden: 'Forbidden', instead: str, most_characters: int = 700) -> None:
        self._forbidden, self._instead = forbidden, instead
        self._left = most_characters

    def check(self, text: str) -> Verdict:
        if MACHINE_TEXT.search(text):
            return Verdict('')
        if self._forbidden.match(text):
            return Verdict(self._instead, stop=True)
        self._left -= len(text)
        return Verdict(text) if self._left >= 0 else Verdict('', stop=True)


class Forbidden:
    """The patterns no reply may match, over simplified text.

    Raises PhrasesError: a pattern that is none.
    """

    def __init__(self, files: Mapping[Path, Mapping[str, Any]]) -> None:
        patterns = []
        for path, content in files.items():
            for pattern in texts(path, content, 'forbidden'):
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise PhrasesError(f'{path}: pattern {pattern!r}: {error}') from error
                patterns.append(rf'\b(?:{pattern})(?!\w)')
        self._pattern = re.compile('|'.join(patterns) or r'(?!)')

    def match(self, text: str) -> bool:
        return bool(self._pattern.search(simplify(text)))

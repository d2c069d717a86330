"""A stream of tokens cut into pieces that can be spoken, each as early as is sensible."""

import re

from .speakable import speakable

# A sentence ends at one of these, with the quotes and brackets that close after it. A Western end
# needs white space after it, so that "3.5" and "judy.org" stay whole; a Chinese one does not.
END = re.compile(r'(?:[.!?…]+[\'"”’»)\]*_]*(?=\s)|[。！？…]+[」』”’）]*|\n+)')  # noqa: RUF001
CLAUSE_END = re.compile(r'[,;:—–](?=\s)|[，；：、]')  # noqa: RUF001
# Words before a full stop that does not end a sentence, in the languages spoken here.
ABBREVIATIONS = frozenset(
    {'mr', 'mrs', 'ms', 'dr', 'prof', 'vs', 'etc', 'e.g', 'i.e', 'approx'}
    | {'z.b', 'd.h', 'u.a', 'usw', 'bzw', 'ca', 'nr', 'evtl', 'ggf', 'inkl', 'vgl', 'sog'}
    | {'mme', 'mlle', 'mm', 'p.ex', 'env', 'sr', 'sra', 'srta', 'ud', 'uds', 'pág'}
)
LAST_WORD = re.compile(r'(\S+?)\.$')
THOUGHT = re.compile(r'<think>.*?</think>', re.DOTALL)
OPENING, CLOSING = '<think>', '</think>'


class SentenceSplitter:
    """Feed it tokens; it hands back speakable pieces as soon as they are whole.

    The first piece may end at a clause of at least `first_clause` characters, so that a long first
    sentence does not delay the voice; no piece is longer than `longest` characters. The thoughts
    some local models write between <think> and </think> are not spoken.
    """

    def __init__(self, longest: int = 240, first_clause: int = 50) -> None:
        self._longest, self._first_clause = longest, first_clause
        self._buffer = ''
        self._first = True

    def feed(self, token: str) -> list[str]:
        """Take in the next token; return the pieces that are now whole, often none."""
        self._buffer = THOUGHT.sub('', self._buffer + token)
        pieces = []
        while (end := self._cut()) is not None:
            pieces += self._take(end)
        return pieces

    def flush(self) -> list[str]:
        """Return what is left at the end of the stream."""
        self._buffer = THOUGHT.sub('', self._buffer).split(OPENING)[0]
        pieces = []
        while len(self._buffer) > self._longest:
            pieces += self._take(self._forced_cut())
        return pieces + self._take(len(self._buffer))

    def _take(self, end: int) -> list[str]:
        raw, self._buffer = self._buffer[:end], self._buffer[end:]
        text = speakable(raw)
        if not text:
            return []
        self._first = False
        return [text]

    def _cut(self) -> int | None:
        text = self._buffer.split(OPENING)[0]
        for match in END.finditer(text):
            if match.end() > self._longest:
                break
            if self._ends_sentence(text[: match.end()]) and not _open_markup(text[: match.end()]):
                return match.end()
        if self._first and (end := self._first_clause_end(text)):
            return end
        return self._forced_cut() if len(text) > self._longest else None

    def _first_clause_end(self, text: str) -> int | None:
        for match in CLAUSE_END.finditer(text, self._first_clause):
            return match.end()
        return None

    def _forced_cut(self) -> int:
        window = self._buffer[: self._longest]
        clauses = list(CLAUSE_END.finditer(window, self._longest // 2))
        if clauses:
            return clauses[-1].end()
        space = window.rfind(' ', self._longest // 2)
        return space + 1 if space > 0 else self._longest

    @staticmethod
    def _ends_sentence(text: str) -> bool:
        match = LAST_WORD.search(text)
        if not match:
            return True
        word = match.group(1).lower().lstrip('("\'«„“')
        # "J. Smith", "z. B." and "am 3. Mai": one letter or a number before the full stop.
        initial = len(word) == 1 and word.isalpha()
        return not (initial or word.isdigit() or word in ABBREVIATIONS)


def _open_markup(text: str) -> bool:
    """Tell whether a code block or a bracket is still open, which must not be torn apart."""
    return text.count('```') % 2 == 1 or text.rfind('[') > text.rfind(']')

"""Signs of self-harm and danger in what a person says, found without any network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
import re

from .phrases import PhrasesError, read_yaml, texts
from .simplify import simplify

CATEGORIES = ('self_harm', 'danger')
WORD = re.compile(r'\{([a-z_]+)\}')
# What is cut out becomes a word of its own, so that its neighbours do not join up.
CUT = ' ~ '
# Characters. Longer texts are pasted, not said; the time to search them grows with them.
LONGEST = 10_000


@dataclass(frozen=True)
class Finding:
    """A sign of danger: `category` is 'self_harm' or 'danger'."""

    category: str
    language: str


class SafetyRules:
    """The patterns and answers of one language.

    Raises PhrasesError: the file cannot be read, misses a part, or holds a pattern that is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = read_yaml(path)
        self.language = str(content.get('language', ''))
        if not self.language:
            raise PhrasesError(f"{path}: 'language' is missing: add a line such as 'language: en'")
        fill = {part: ' '.join(texts(path, content, part)) for part in ('helpline', 'emergency')}
        answers = content.get('answers')
        if not isinstance(answers, Mapping):
            raise PhrasesError(f"{path}: 'answers' is missing: lists for {', '.join(CATEGORIES)}")
        self._answers = {
            category: [line.format(**fill) for line in texts(path, answers, category)]
            for category in CATEGORIES
        }
        words = _words(path, content.get('words') or {})
        self._harmless = _compile(path, texts(path, content, 'harmless'), words)
        self._patterns = {
            category: _compile(path, texts(path, content, category), words)
            for category in CATEGORIES
        }

    def find(self, simplified: str) -> Finding | None:
        """Look for signs of danger in simplified text.

        Self-harm counts more than other danger, but "he wants to kill me" is not the former.
        """
        said = self._harmless.sub(CUT, simplified)
        rest, dangers = self._patterns['danger'].subn(CUT, said)
        if self._patterns['self_harm'].search(rest):
            return Finding('self_harm', self.language)
        return Finding('danger', self.language) if dangers else None

    def answer(self, category: str) -> list[str]:
        """Return the sentences to say."""
        return self._answers[category]


class Safety:
    """All languages at once: people switch to their own when it gets serious."""

    def __init__(self, rules: Iterable[SafetyRules]) -> None:
        self._rules = {rule.language: rule for rule in rules}
        if not self._rules:
            raise PhrasesError('safety: at least one language is needed')

    def find(self, text: str, language: str = '') -> Finding | None:
        """Look for signs of danger; those in `language` (an IETF tag) count first."""
        simplified = simplify(text[:LONGEST])
        first = language.split('-')[0]
        for rule in sorted(self._rules.values(), key=lambda rule: rule.language != first):
            if finding := rule.find(simplified):
                return finding
        return None

    def answer(self, finding: Finding) -> list[str]:
        """Return the sentences to say, in the language the sign was found in."""
        return self._rules[finding.language].answer(finding.category)


def _words(path: Path, words: object) -> dict[str, str]:
    if not isinstance(words, Mapping):
        raise PhrasesError(f"{path}: 'words' must be names with a pattern each")
    # Long lists are folded over several lines, which puts a space after each |.
    return {name: re.sub(r'\|\s+', '|', str(pattern)) for name, pattern in words.items()}


def _compile(path: Path, patterns: Sequence[str], words: Mapping[str, str]) -> re.Pattern[str]:
    for pattern in patterns:
        try:
            re.compile(_expand(pattern, words))
        except KeyError as error:
            raise PhrasesError(f'{path}: no word list {error} for pattern {pattern!r}') from error
        except re.error as error:
            raise PhrasesError(f'{path}: pattern {pattern!r}: {error}') from error
    return re.compile('|'.join(rf'\b(?:{_expand(p, words)})(?!\w)' for p in patterns))


def _expand(pattern: str, words: Mapping[str, str]) -> str:
    return WORD.sub(lambda match: words[match.group(1)], pattern)

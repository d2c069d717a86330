"""Replies that need no network: they answer to what was said and to the face."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
import random
import re

from .events import ANNOUNCEMENTS, Tone
from .phrases import PhrasesError, read_yaml, texts
from .simplify import simplify
from .tools import AudioRequest

NEGATIVE = ('anger', 'fear', 'sadness')
TONES = {
    'anger': Tone.CALM,
    'fear': Tone.CALM,
    'sadness': Tone.GENTLE,
    'happiness': Tone.CHEERFUL,
    'angry': Tone.CALM,
    'afraid': Tone.CALM,
    'sad': Tone.GENTLE,
    'lonely': Tone.GENTLE,
    'tired': Tone.CALM,
    'happy': Tone.CHEERFUL,
    'joke': Tone.CHEERFUL,
}
# A remark about the face fits after these; the others deserve an answer of their own.
REMARKABLE = ('greeting', 'how_are_you', 'other', 'agree')
AUDIO = {
    'music_on': AudioRequest('play_music', mood='calm'),
    'music_off': AudioRequest('stop_music'),
    'louder': AudioRequest('set_volume', volume=0.8),
    'quieter': AudioRequest('set_volume', volume=0.3),
}
TROUBLE = ('network', 'slow', 'busy', 'key', 'balance', 'request', 'broken')
PHRASES = ('offer_music', 'start_music', 'music_agreed', 'resume', *ANNOUNCEMENTS, *TROUBLE)


@dataclass(frozen=True)
class LocalReply:
    """One or more sentences, what they answer to, and what else to do."""

    text: str
    intent: str
    tone: Tone = Tone.NEUTRAL
    audio: AudioRequest | None = None
    # The name the user gave, where that is what was said.
    name: str = ''


class ReplyBook:
    """The replies of one language, read and checked.

    Raises PhrasesError: the file cannot be read, or something is missing in it.
    """

    def __init__(self, path: Path) -> None:
        content = read_yaml(path)
        self.language = str(content.get('language', ''))
        self.common_words = frozenset(map(str, content.get('common_words') or ()))
        self.intents = _intents(path, content.get('intents'))
        self.texts: dict[str, list[str]] = {}
        for part, needed in (
            ('replies', [*self.intents, 'question', 'other']),
            ('remarks', ['anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise']),
            ('comfort', NEGATIVE),
            ('phrases', PHRASES),
        ):
            section = content.get(part)
            if not isinstance(section, Mapping):
                raise PhrasesError(f'{path}: {part!r} is missing: names with a list of texts each')
            for name in needed:
                self.texts[f'{part}.{name}'] = _several(path, section, part, name)


class LocalReplies:
    """Chooses replies; the same seed and the same questions give the same ones.

    `robot` is the robot's name; no list says the same text twice in a row.
    """

    def __init__(self, books: Iterable[ReplyBook], robot: str, rng: random.Random) -> None:
        self._books = {book.language: book for book in books}
        if not self._books:
            raise PhrasesError('local replies: at least one language is needed')
        self._default = next(iter(self._books))
        self._robot, self._rng = robot, rng
        self._last: dict[tuple[str, str], str] = {}

    def language(self, text: str, tag: str = '') -> str:
        """Return the language to answer in: the tag's, else what the words look like."""
        first = tag.split('-')[0].lower()
        if first in self._books:
            return first
        words = set(simplify(text).split())
        # The first language, the default, wins a draw.
        return max(self._books, key=lambda name: len(words & self._books[name].common_words))

    def intent(self, text: str, language: str) -> tuple[str, str]:
        """Return what the words are about, and the name the user gave, if any."""
        simplified = simplify(text)
        for intent, pattern in self._book(language).intents.items():
            if match := pattern.search(simplified):
                return intent, (match.groupdict().get('name') or '').capitalize()
        return ('question' if text.rstrip().endswith('?') else 'other'), ''

    def reply(self, text: str, language: str, emotion: str) -> LocalReply:
        """Answer `text` in the light of `emotion`, one of the seven names or 'uncertain'."""
        intent, name = self.intent(text, language)
        tone = TONES.get(intent, TONES.get(emotion, Tone.NEUTRAL))
        remark = f'remarks.{emotion}'
        if intent == 'other' and emotion in NEGATIVE:
            said = self._choose(remark, language, name)
        else:
            said = self._choose(f'replies.{intent}', language, name)
            if intent in REMARKABLE and remark in self._book(language).texts:
                said = f'{said} {self._choose(remark, language, name)}'
        return LocalReply(said, intent, tone, AUDIO.get(intent), name)

    def comfort(self, emotion: str, language: str) -> LocalReply:
        """Say something to a face that has looked sad, afraid or angry for a while."""
        said = self._choose(f'comfort.{emotion}', language)
        return LocalReply(said, 'comfort', TONES[emotion])

    def greeting(self, emotion: str, language: str) -> LocalReply:
        """Greet a face that came (back) into view."""
        said = self._choose('replies.greeting', language)
        if f'remarks.{emotion}' in self._book(language).texts:
            said = f'{said} {self._choose(f"remarks.{emotion}", language)}'
        return LocalReply(said, 'greeting', TONES.get(emotion, Tone.CHEERFUL))

    def confirm(self, intent: str, language: str) -> str:
        """Return what to say while doing what `intent` asks for, such as 'music_on'."""
        return self._choose(f'replies.{intent}', language)

    def phrase(self, name: str, language: str) -> str:
        """Return one of the fixed phrases, such as 'resume' or 'offer_music'."""
        return self._choose(f'phrases.{name}', language)

    def _book(self, language: str) -> ReplyBook:
        return self._books.get(language) or self._books[self._default]

    def _choose(self, key: str, language: str, person: str = '') -> str:
        book = self._book(language)
        place = (book.language, key)
        fresh = [text for text in book.texts[key] if text != self._last.get(place)]
        text = self._last[place] = self._rng.choice(fresh)
        return text.replace('{robot}', self._robot).replace('{person}', person)


def _intents(path: Path, section: object) -> dict[str, re.Pattern[str]]:
    if not isinstance(section, Mapping) or not section:
        raise PhrasesError(f"{path}: 'intents' is missing: names with a list of patterns each")
    intents = {}
    for name in section:
        patterns = texts(path, section, name)
        try:
            intents[str(name)] = re.compile('|'.join(rf'(?<!\w)(?:{p})(?!\w)' for p in patterns))
        except re.error as error:
            raise PhrasesError(f'{path}: intents, {name}: {error} in {patterns}') from error
    return intents


def _several(path: Path, section: Mapping[str, object], part: str, name: str) -> list[str]:
    lines = texts(path, section, name)
    if len(set(lines)) < 2:
        raise PhrasesError(f'{path}: {part}, {name}: needs at least two different texts')
    return lines

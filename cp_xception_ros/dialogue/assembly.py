"""Puts a dialogue together from files and addresses; what is broken is left out, with a word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
import random
from typing import TypeVar

from ..resources import find
from ..runtime.endpoint import EndpointError, resolve
from .chat import ChatError
from .guard import Forbidden
from .local_replies import LocalReplies, ReplyBook
from .openai_chat import Limits, OpenAIChat
from .patient_chat import PatientChat
from .persona import read_persona
from .phrases import PhrasesError, read_yaml, texts
from .responder import Resources
from .safety import Safety, SafetyRules

Thing = TypeVar('Thing')
Complain = Callable[[str], None]
KEY = 'JUDY_CHAT_API_KEY'


@dataclass(frozen=True)
class ModelSettings:
    """Which model to ask, and how; see OpenAIChat. Without `base_url` there is none."""

    base_url: str
    model: str
    temperature: float
    max_tokens: int
    limits: Limits


def make_chat(
    settings: ModelSettings, environment: Mapping[str, str], complain: Complain
) -> tuple[PatientChat | None, bool]:
    """Return the language model, or None, and whether it is on another machine."""
    if not settings.base_url:
        return None, False
    try:
        endpoint = resolve(settings.base_url, KEY, environment)
        backend = OpenAIChat(
            endpoint, settings.model, settings.temperature, settings.max_tokens, settings.limits
        )
    except (EndpointError, ChatError) as error:
        complain(f'{error}; going on with local replies')
        return None, False
    return PatientChat(backend), not endpoint.local


def load_resources(
    persona_file: str,
    phrases_folder: str,
    languages: Sequence[str],
    rng: random.Random,
    complain: Complain,
) -> Resources:
    """Read persona, replies and safety rules.

    A user's own file that is broken is told about and replaced by the one in this package; a
    language without files is left out. The first language is the default.

    Raises PhrasesError: no language is left.
    """
    own = Path(phrases_folder) if phrases_folder else None
    persona = _read(
        read_persona, Path(persona_file) if persona_file else None, 'config/persona.yaml', complain
    )
    books, rules = [], []
    forbidden, instead = {}, {}
    for language in languages:
        try:
            book = _language(ReplyBook, own, 'replies', language, complain)
            rule = _language(SafetyRules, own, 'safety', language, complain)
        except FileNotFoundError:
            complain(f'there are no phrases in the language {language!r}; it is left out')
            continue
        books.append(book)
        rules.append(rule)
        forbidden[rule.path] = read_yaml(rule.path)
        instead[language] = ' '.join(texts(rule.path, forbidden[rule.path], 'instead'))
    return Resources(
        persona=persona,
        replies=LocalReplies(books, persona.name, rng),
        safety=Safety(rules),
        forbidden=Forbidden(forbidden),
        instead=instead,
    )


def _language(
    read: Callable[[Path], Thing], own: Path | None, kind: str, language: str, complain: Complain
) -> Thing:
    name = f'{kind}_{language}.yaml'
    mine = own / name if own and (own / name).exists() else None
    return _read(read, mine, f'config/{name}', complain)


def _read(
    read: Callable[[Path], Thing], own: Path | None, built_in: str, complain: Complain
) -> Thing:
    if own:
        try:
            return read(own)
        except PhrasesError as error:
            complain(f"{error}; going on with this package's own")
    return read(find(built_in))

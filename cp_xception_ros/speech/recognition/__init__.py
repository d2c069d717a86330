"""Utterances into text: backends behind one protocol."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..endpoints import Server
from .protocol import Hearing, Recogniser, Transcript
from .remote import RemoteRecogniser
from .scripted import ScriptedRecogniser
from .sherpa import Sherpa
from .sphinx import Sphinx

__all__ = [
    'RECOGNISERS',
    'Hearing',
    'Recogniser',
    'RecogniserSettings',
    'RemoteRecogniser',
    'ScriptedRecogniser',
    'Sherpa',
    'Sphinx',
    'Transcript',
    'make_recogniser',
]

RECOGNISERS = ('pocketsphinx', 'sherpa', 'openai', 'scripted')


@dataclass(frozen=True)
class RecogniserSettings:
    """`model`: a directory for sherpa, '' for the fetched one; a name for openai.

    `language`: ISO 639-1.
    """

    backend: str = 'pocketsphinx'
    language: str = 'en'
    model: str = ''
    base_url: str = ''
    threads: int = 1


def make_recogniser(settings: RecogniserSettings, environment: Mapping[str, str]) -> Recogniser:
    """Raises Unavailable: a library, model or key is missing; ValueError: no such backend."""
    language = settings.language
    if settings.backend == 'pocketsphinx':
        return Sphinx(language)
    if settings.backend == 'sherpa':
        return Sherpa(settings.model, language, settings.threads)
    if settings.backend == 'openai':
        return RemoteRecogniser(Server(settings.base_url, settings.model), language, environment)
    if settings.backend == 'scripted':
        return ScriptedRecogniser()
    raise ValueError(f'recogniser {settings.backend!r}: use one of {", ".join(RECOGNISERS)}')

"""Sentences into sound: backends behind one protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..endpoints import Server
from ..errors import Unavailable
from .espeak import Espeak
from .fallback import Fallback
from .protocol import Prosody, Sentence, Synthesiser, prosody
from .remote import RemoteSpeech
from .scripted import ScriptedSynthesiser
from .silent import SilentSynthesiser

__all__ = [
    'SYNTHESISERS',
    'Espeak',
    'Fallback',
    'Prosody',
    'RemoteSpeech',
    'ScriptedSynthesiser',
    'Sentence',
    'SilentSynthesiser',
    'Synthesiser',
    'VoiceSettings',
    'make_synthesiser',
    'prosody',
]

# Somebody waits to hear it, and there is another voice.
TIMEOUT = 5.0
SYNTHESISERS = ('espeak', 'piper', 'openai', 'scripted')


@dataclass(frozen=True)
class VoiceSettings:
    """`voice`: the backend's name for it. `rate`: factor on the speed. `language`: the default."""

    backend: str = 'espeak'
    voice: str = ''
    rate: float = 1.0
    language: str = 'en'
    base_url: str = ''
    model: str = ''


def make_synthesiser(
    settings: VoiceSettings, environment: Mapping[str, str], on_error: Callable[[Exception], None]
) -> Synthesiser:
    """Return the backend asked for, with espeak-ng behind it.

    Where that backend or voice is not there, `on_error` hears why and another one speaks.
    Raises Unavailable: there is no espeak-ng either; ValueError: no such backend.
    """
    if settings.backend == 'scripted':
        return ScriptedSynthesiser()
    if settings.backend == 'espeak':
        return _espeak(settings.voice, settings, on_error)
    spare = _espeak('', settings, on_error)
    try:
        return Fallback(_better(settings, environment), spare, on_error)
    except Unavailable as error:
        on_error(Unavailable(f'{error}; espeak-ng speaks instead'))
        return spare


def _espeak(
    voice: str, settings: VoiceSettings, on_error: Callable[[Exception], None]
) -> Synthesiser:
    """Return espeak-ng with that voice; else with the language's, else in English."""
    try:
        return Espeak(voice, settings.rate, settings.language)
    except Unavailable as error:
        language = settings.language if voice else 'en'
        spare = Espeak('', settings.rate, language)
        on_error(Unavailable(f'{error}; going on with {language!r}'))
        return spare


def _better(settings: VoiceSettings, environment: Mapping[str, str]) -> Synthesiser:
    if settings.backend == 'piper':
        from .piper import Piper

        return Piper(settings.voice, settings.rate)
    if settings.backend == 'openai':
        server = Server(settings.base_url, settings.model, TIMEOUT)
        return RemoteSpeech(server, settings.voice, environment, settings.rate)
    raise ValueError(f'synthesiser {settings.backend!r}: use one of {", ".join(SYNTHESISERS)}')

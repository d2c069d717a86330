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

    Where that backend is not there, `on_error` hears why and espeak-ng speaks alone.
    Raises Unavailable: there is no espeak-ng either; ValueError: no such backend.
    """
    if settings.backend == 'scripted':
        return ScriptedSynthesiser()
    if settings.backend == 'espeak':
        return Espeak(settings.voice, settings.rate, settings.language)
    spare = Espeak('', settings.rate, settings.language)
    try:
        return Fallback(_better(settings, environment), spare, on_error)
    except Unavailable as error:
        on_error(error)
        return spare


def _better(settings: VoiceSettings, environment: Mapping[str, str]) -> Synthesiser:
    if settings.backend == 'piper':
        from .piper import Piper

        return Piper(settings.voice, settings.rate)
    if settings.backend == 'openai':
        server = Server(settings.base_url, settings.model, TIMEOUT)
        return RemoteSpeech(server, settings.voice, environment, settings.rate)
    raise ValueError(f'synthesiser {settings.backend!r}: use one of {", ".join(SYNTHESISERS)}')

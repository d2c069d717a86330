"""espeak-ng through ctypes: offline, in some 100 languages, a sentence in a few milliseconds."""

from collections.abc import Iterator
import ctypes
from ctypes.util import find_library
import threading
from typing import Any

import numpy as np

from ..audio import Sound, from_int16
from ..errors import SynthesisError, Unavailable
from .protocol import Sentence, prosody

# From speak_lib.h of espeak-ng 1.52.
SYNCHRONOUS = 2
DONT_EXIT = 0x8000
CHARS_UTF8 = 1
POSITION_CHARACTER = 1
RATE, PITCH = 1, 3
NORMAL_RATE = 175  # words a minute
NORMAL_PITCH = 50  # of 0..100
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
# Names that differ from ISO 639-1.
VOICES = {'en': 'en-us', 'en-gb': 'en', 'zh': 'cmn', 'pt': 'pt-br', 'no': 'nb'}


class Espeak:
    """`voice`: one of espeak-ng's, such as 'en-us+f3'; '' follows the sentence's language."""

    name, remote = 'espeak-ng', False
    _lock = threading.Lock()  # the library has one state per process

    def __init__(self, voice: str = '', rate: float = 1.0, language: str = 'en') -> None:
        """Load the library.

        Raises Unavailable: neither the package nor the system has it, or it has no such voice.
        """
        self._voice, self._rate, self._language = voice, rate, language
        with self._lock:
            self._library, self._hertz = _load()
            if not self._choose(voice or language):
                raise Unavailable(
                    f'espeak-ng has no voice {voice or language!r}: '
                    'use a language such as en or de, or a voice such as en-us+f3'
                )

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        blocks: list[np.ndarray] = []

        def collect(samples: Any, count: int, _events: int) -> int:
            if samples and count:
                blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return int(cancelled.is_set())  # 1 ends the synthesis

        with self._lock:
            self._set_voice(sentence)
            self._run(sentence.text, CALLBACK(collect))
        if blocks and not cancelled.is_set():
            yield Sound(from_int16(np.concatenate(blocks)), self._hertz)

    def close(self) -> None:
        """Nothing to release: the library stays loaded for the process."""

    def _run(self, text: str, callback: Any) -> None:
        # A NUL would end the text early for the library.
        data = text.replace('\0', ' ').encode()
        self._library.espeak_SetSynthCallback(callback)
        status = self._library.espeak_Synth(
            data, len(data) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if status:
            raise SynthesisError(f'espeak-ng failed with status {status}')

    def _set_voice(self, sentence: Sentence) -> None:
        wanted = self._voice or sentence.language or self._language
        if not self._choose(wanted):
            # Better in the wrong accent than not at all.
            self._choose(self._language)
        change = prosody(sentence.tone)
        self._set(RATE, NORMAL_RATE * self._rate * change.rate)
        self._set(PITCH, NORMAL_PITCH + _semitones(change.pitch) * 5)

    def _set(self, parameter: int, value: float) -> None:
        self._library.espeak_SetParameter(parameter, round(value), 0)

    def _choose(self, voice: str) -> bool:
        """Take a voice by its name or an IETF tag; where the region has none, the language's."""
        voice = voice.lower().replace('_', '-')
        names = [VOICES.get(voice, voice), voice.split('-')[0]]
        return any(not self._library.espeak_SetVoiceByName(name.encode()) for name in names)


def _semitones(factor: float) -> float:
    return float(12 * np.log2(factor))


def _load() -> tuple[Any, int]:
    """The library and its sampling rate; loading it again only returns what is there."""
    path, data = _where()
    library = ctypes.CDLL(path)
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, data, DONT_EXIT)
    if rate <= 0:
        raise Unavailable(f'espeak-ng ({path}) finds no voices: reinstall espeakng-loader')
    return library, rate


def _where() -> tuple[str, bytes | None]:
    try:
        import espeakng_loader
    except ImportError:
        path = find_library('espeak-ng')
        if path is None:
            raise Unavailable(
                'espeak-ng is missing: pip install espeakng-loader (or apt install espeak-ng)'
            ) from None
        return path, None
    return espeakng_loader.get_library_path(), espeakng_loader.get_data_path().encode()

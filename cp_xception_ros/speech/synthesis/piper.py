"""piper: a natural voice from a local file."""

from collections.abc import Iterator
from pathlib import Path
import threading
from typing import Any

from ..audio import Sound
from ..errors import SynthesisError, Unavailable
from .protocol import Sentence, prosody


class Piper:
    """`voice`: path of a voice, `<name>.onnx` with `<name>.onnx.json` beside it.

    A voice speaks one language; the sentence's language changes nothing, nor does the pitch.
    """

    name, remote = 'piper', False

    def __init__(self, voice: str, rate: float = 1.0) -> None:
        """Load the voice.

        Raises Unavailable: piper-tts or the voice is not there.
        """
        path = Path(voice).expanduser()
        if not path.is_file() or not Path(f'{path}.json').is_file():
            raise Unavailable(
                f'voice {voice!r} is not there: piper needs NAME.onnx and NAME.onnx.json: '
                'python -m piper.download_voices en_US-lessac-low fetches both'
            )
        self._rate = rate
        self._voice = _load(path)

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        from piper import SynthesisConfig

        scale = 1 / (self._rate * prosody(sentence.tone).rate)
        try:
            for chunk in self._voice.synthesize(
                sentence.text, SynthesisConfig(length_scale=scale)
            ):
                if cancelled.is_set():
                    return
                yield Sound(chunk.audio_float_array, chunk.sample_rate)
        except (RuntimeError, ValueError) as error:
            raise SynthesisError(f'piper failed: {type(error).__name__}') from error

    def close(self) -> None:
        """Nothing to release."""


def _load(path: Path) -> Any:
    try:
        from piper import PiperVoice
    except ImportError:
        raise Unavailable('piper-tts is missing: pip install piper-tts') from None
    try:
        return PiperVoice.load(path)
    except Exception as error:  # onnxruntime's errors have no class of their own
        reason = ' '.join(f'{type(error).__name__}: {error}'.split())[:120]
        raise Unavailable(f'voice {path}: damaged, or not for piper ({reason})') from None

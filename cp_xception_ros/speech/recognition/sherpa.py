"""sherpa-onnx with a model in a local directory: streaming or not, in many languages."""

from typing import Any

import numpy as np

from ..activity import RATE
from ..audio import from_int16
from ..errors import RecognitionError, Unavailable
from .protocol import Hearing, Transcript
from .sherpa_model import ModelFiles, fetched, find_model

TAIL = np.zeros(round(0.4 * RATE), np.float32)  # a streaming network looks that far ahead


class Sherpa:
    """`directory`: of the model; '' for the one of judy-fetch-models, which knows English."""

    remote = False

    def __init__(self, directory: str = '', language: str = '', threads: int = 1) -> None:
        """Load the model.

        Raises Unavailable: sherpa-onnx or the model is not there, or it does not load.
        """
        files = find_model(directory) if directory else fetched(language)
        self.name = f'sherpa-onnx {files.directory.name}'
        self._language = language
        try:
            self._recogniser = _load(files, language, threads)
        except ImportError:
            raise Unavailable('sherpa-onnx is missing: pip install sherpa-onnx') from None
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise Unavailable(f'speech model {files.directory}: does not load: {reason}') from None
        self._hearing = StreamingHearing if files.streaming else WholeHearing

    def listen(self) -> Hearing:
        return self._hearing(self._recogniser, self._language)

    def close(self) -> None:
        """Nothing to release."""


def _load(files: ModelFiles, language: str, threads: int) -> Any:
    import sherpa_onnx

    kind = sherpa_onnx.OnlineRecognizer if files.streaming else sherpa_onnx.OfflineRecognizer
    common: dict[str, Any] = {'tokens': files.tokens, 'num_threads': threads}
    if 'joiner' in files.parts:
        return kind.from_transducer(**files.parts, **common)
    if 'encoder' in files.parts:
        return kind.from_whisper(**files.parts, **common, language=language)
    if 'sense' in files.directory.name.lower():
        return kind.from_sense_voice(**files.parts, **common, language=language, use_itn=True)
    return kind.from_nemo_ctc(**files.parts, **common)


class StreamingHearing:
    """Recognises while the person speaks."""

    def __init__(self, recogniser: Any, language: str) -> None:
        self._recogniser, self._language = recogniser, language
        self._stream = recogniser.create_stream()

    def feed(self, samples: np.ndarray) -> None:
        self._accept(from_int16(samples))

    def partial(self) -> str:
        return _readable(str(self._recogniser.get_result(self._stream)))

    def finish(self) -> Transcript:
        self._accept(TAIL)
        self._stream.input_finished()
        self._decode()
        return Transcript(self.partial(), self._language)

    def _accept(self, samples: np.ndarray) -> None:
        self._stream.accept_waveform(RATE, samples)
        self._decode()

    def _decode(self) -> None:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)


class WholeHearing:
    """Recognises once the utterance is over."""

    def __init__(self, recogniser: Any, language: str) -> None:
        self._recogniser, self._language = recogniser, language
        self._blocks: list[np.ndarray] = []

    def feed(self, samples: np.ndarray) -> None:
        self._blocks.append(from_int16(samples))

    def partial(self) -> str:
        return ''

    def finish(self) -> Transcript:
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE, np.concatenate(self._blocks or [TAIL]))
        try:
            self._recogniser.decode_stream(stream)
        except RuntimeError as error:
            raise RecognitionError(f'sherpa-onnx failed: {type(error).__name__}') from error
        return Transcript(_readable(stream.result.text), self._language)


def _readable(text: str) -> str:
    """Many models know capitals only, which read as shouting."""
    return (text.lower() if text.isupper() else text).strip()

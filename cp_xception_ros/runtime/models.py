"""Models that are downloaded on request, and the folder that keeps them."""

from dataclasses import dataclass
import hashlib
import os
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True)
class ModelFile:
    """One file to download; `sha256` is that of its content."""

    name: str
    url: str
    size: int
    sha256: str

    def is_whole(self, path: Path) -> bool:
        """Return whether the file at `path` has this size and sha256."""
        return path.is_file() and path.stat().st_size == self.size and digest(path) == self.sha256


@dataclass(frozen=True)
class Model:
    """`folder`: of its own in the cache; '' where its only file lies there by itself.

    `use`: what is left to do once it is there.
    """

    name: str
    purpose: str
    licence: str
    files: tuple[ModelFile, ...]
    folder: str = ''
    use: str = ''

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def path(self) -> Path:
        """Where its file or its folder belongs, be it there or not."""
        return self.home / (self.files[0].name if not self.folder else '')

    @property
    def home(self) -> Path:
        """The folder of its files."""
        return cache_dir() / self.folder

    @property
    def is_present(self) -> bool:
        """Whether all of it is in the cache; what is in the files is not looked at."""
        return all((self.home / file.name).is_file() for file in self.files)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is in the cache, with the right sizes and sha256."""
        return all(file.is_whole(self.home / file.name) for file in self.files)


_ZIPFORMER = 'sherpa-onnx-streaming-zipformer-en-2023-06-26'
# A commit, since the files of a branch may change. The sha256 of the networks are those of its
# Git LFS pointers, as Hugging Face's pages of the files show them; that of tokens.txt, which is
# not in LFS, was computed from a copy.
_ZIPFORMER_URL = (
    f'https://huggingface.co/csukuangfj/{_ZIPFORMER}'
    '/resolve/672fbf1b30579d6585301139bb363f42a0ad4a24'
)


def _zipformer(name: str, size: int, sha256: str) -> ModelFile:
    return ModelFile(name, f'{_ZIPFORMER_URL}/{name}', size, sha256)


YUNET = Model(
    name='yunet',
    purpose='face detection with landmarks, better than the built-in cascade',
    licence='MIT',
    files=(
        ModelFile(
            'face_detection_yunet_2023mar.onnx',
            'https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/'
            'face_detection_yunet/face_detection_yunet_2023mar.onnx',
            232_589,
            '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
        ),
    ),
)
SHERPA = Model(
    name='sherpa',
    purpose='speech recognition in English, better than pocketsphinx',
    licence='Apache-2.0',
    folder=_ZIPFORMER,
    use="pip install 'sherpa-onnx>=1.10', and set recogniser: sherpa of speech_input",
    files=(
        _zipformer(
            'tokens.txt',
            5_048,
            '49e3c2646595fd907228b3c6787069658f67b17377c60aeb8619c4551b2316fb',
        ),
        _zipformer(
            'joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
            259_335,
            'd944208d660d67c8d72cd2acaeac971fa5ceb8c80e76c1968148846fedd6e297',
        ),
        _zipformer(
            'decoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
            1_307_236,
            '98da299f471e38bb4e1a8df579b8cc9122d6039576a77e357b3c60f17dd83b02',
        ),
        _zipformer(
            'encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx',
            71_083_163,
            '563fde436d16cf7607cf408cd6b30909819d03162652ef389c2450ced3f45ac1',
        ),
    ),
)
MODELS = {model.name: model for model in (YUNET, SHERPA)}


def cache_dir() -> Path:
    """Return $XDG_CACHE_HOME/cp_xception_ros, else ~/.cache/cp_xception_ros; it need not exist."""
    base = os.environ.get('XDG_CACHE_HOME')
    return Path(base if base else Path.home() / '.cache') / 'cp_xception_ros'


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    sha256 = hashlib.sha256()
    with path.open('rb') as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
    return sha256.hexdigest()

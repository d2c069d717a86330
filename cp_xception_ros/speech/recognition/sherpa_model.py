"""Which files of a directory make a model for sherpa-onnx."""

from dataclasses import dataclass
import mmap
from pathlib import Path

from ...runtime.models import SHERPA
from ..errors import Unavailable

WANTED = (
    'wants tokens.txt with encoder, decoder and joiner (transducer; streaming where the name of '
    'the directory says so), with encoder and decoder (Whisper), or with model.onnx (SenseVoice, '
    f'NeMo CTC), such as {SHERPA.folder}'
)


@dataclass(frozen=True)
class ModelFiles:
    """`parts`: 'encoder', 'decoder', 'joiner' or 'model' to its file."""

    directory: Path
    parts: dict[str, str]

    @property
    def tokens(self) -> str:
        return str(next(self.directory.glob('*tokens.txt')))

    @property
    def streaming(self) -> bool:
        return 'streaming' in self.directory.name.lower()


def find_model(directory: str) -> ModelFiles:
    """Raises Unavailable: there is no directory, or no model that is known in it."""
    root = Path(directory).expanduser()
    if not root.is_dir():
        raise Unavailable(
            f'speech model directory {directory!r} is not there: correct model, '
            'or leave it empty for the one of judy-fetch-models sherpa'
        )
    parts = _parts(root, 'encoder', 'decoder', 'joiner') or _parts(root, 'model')
    known = {'encoder', 'decoder'} <= set(parts) or 'model' in parts
    if not known or not list(root.glob('*tokens.txt')):
        raise Unavailable(f'speech model directory {directory!r} is incomplete: {WANTED}')
    _look_into(Path(parts.get('encoder') or parts['model']))
    return ModelFiles(root, parts)


def fetched(language: str) -> ModelFiles:
    """The model of judy-fetch-models.

    Raises Unavailable: it is not there, it is damaged, or it does not know the language.
    """
    if language.split('-')[0].lower() not in ('en', ''):
        raise Unavailable(
            f'judy-fetch-models has no speech model for {language!r}: '
            'set model to the directory of one for sherpa-onnx'
        )
    if not SHERPA.is_present:
        raise Unavailable('recogniser sherpa has no model: judy-fetch-models sherpa downloads one')
    if not SHERPA.is_whole:
        raise Unavailable(
            f'speech model {SHERPA.path} is damaged: judy-fetch-models sherpa downloads it afresh'
        )
    return find_model(str(SHERPA.path))


def _look_into(network: Path) -> None:
    """sherpa-onnx ends the whole process where it does not find this in a network."""
    with network.open('rb') as file:
        empty = not file.seek(0, 2)
        if empty or mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).find(b'model_type') < 0:
            raise Unavailable(f'{network} is no speech model for sherpa-onnx, or it is damaged')


def _parts(root: Path, *names: str) -> dict[str, str]:
    return {name: path for name in names if (path := _best(root, name))}


def _best(root: Path, name: str) -> str:
    """The file of that part; 8-bit weights before others, they are as good and twice as fast."""
    files = sorted(root.glob(f'*{name}*.onnx'), key=lambda file: ('int8' not in file.name, file))
    return str(files[0]) if files else ''

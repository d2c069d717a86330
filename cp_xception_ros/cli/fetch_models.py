"""judy-fetch-models: download models that the package does not carry."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
import sys
from typing import BinaryIO, TextIO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from ..vision.model_cache import (
    MODELS,
    Model,
    ModelFileError,
    cache_dir,
    find,
    install,
    is_whole,
)

_TIMEOUT = 30.0
_BAR = 30
_EPILOG = """examples:
  judy-fetch-models                         download what face detection needs
  judy-fetch-models --list                  show the models, their licences and what is present
  judy-fetch-models yunet --file /media/usb/face_detection_yunet_2023mar.onnx
                                            no network on the robot: install a file brought along
  judy-fetch-models yunet --url http://mirror.local/yunet.onnx

Files go to $XDG_CACHE_HOME/cp_xception_ros (by default ~/.cache/cp_xception_ros). Whatever their
source, size and sha256 are checked. Exit status: 0 done, 1 failed, 2 wrong arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parse(arguments)
    if options.list:
        _print_table()
        return 0
    for name in options.names:
        try:
            _fetch(MODELS[name], options)
        except (ModelFileError, OSError, HTTPException) as error:
            print(f'judy-fetch-models: {name}: {_explain(error, options)}', file=sys.stderr)
            return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='judy-fetch-models',
        description='Download models into the cache, checking size and sha256.',
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('names', nargs='*', metavar='NAME', help=f'which ({", ".join(MODELS)})')
    parser.add_argument('--list', action='store_true', help='show the models and leave')
    parser.add_argument('--force', action='store_true', help='fetch even what is present')
    source = parser.add_mutually_exclusive_group()
    source.add_argument('--url', help='download from this mirror instead')
    source.add_argument('--file', type=Path, help='install this file, already at hand')
    options = parser.parse_args(arguments)
    _check(parser, options)
    return options


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    options.names = options.names or ['yunet']
    for name in options.names:
        if name not in MODELS:
            parser.error(f'no model is called {name!r} (there are: {", ".join(MODELS)})')
    if len(options.names) > 1 and (options.url or options.file):
        parser.error('--url and --file need exactly one NAME')


def _print_table() -> None:
    print(f'{"name":<10}{"bytes":>12}  {"licence":<10}{"state":<10}purpose')
    for model in MODELS.values():
        print(
            f'{model.name:<10}{model.size:>12,}  {model.licence:<10}{_state(model):<10}'
            f'{model.purpose}'
        )
    print(f'cache: {cache_dir()}')


def _state(model: Model) -> str:
    path = find(model)
    if path is None:
        return 'absent'
    return 'present' if is_whole(model, path) else 'damaged'


def _fetch(model: Model, options: argparse.Namespace) -> None:
    if _state(model) == 'present' and not options.force:
        print(f'{model.name}: already at {find(model)}')
        return
    with _opened(model, options) as source, _progress_bar(model, sys.stderr) as progress:
        path = install(model, source, progress)
    print(f'{model.name}: {model.size:,} bytes, sha256 right, licence {model.licence}, at {path}')


def _opened(model: Model, options: argparse.Namespace) -> BinaryIO:
    if options.file:
        return options.file.open('rb')
    try:
        return urlopen(options.url or model.url, timeout=_TIMEOUT)
    except ValueError as error:
        raise OSError(f'--url {options.url}: {error}') from None


@contextmanager
def _progress_bar(model: Model, stream: TextIO) -> Iterator[Callable[[int], None]]:
    """Give a function that draws a bar, on terminals only, and end its line at the end."""
    if not stream.isatty():
        yield lambda received: None
        return
    yield _drawer(model, stream)
    print(file=stream)


def _drawer(model: Model, stream: TextIO) -> Callable[[int], None]:
    def draw(received: int) -> None:
        part = min(received / model.size, 1.0)
        bar = '#' * round(part * _BAR)
        print(f'\r{model.name} [{bar:<{_BAR}}] {part:4.0%}', end='', file=stream, flush=True)

    return draw


def _explain(error: Exception, options: argparse.Namespace) -> str:
    if isinstance(error, HTTPError):
        return f'{error.url} answers {error.code} {error.reason}; give a mirror with --url'
    if isinstance(error, URLError):
        return f'no connection ({error.reason}); try again, or fetch the file elsewhere: --file'
    if isinstance(error, ModelFileError) and not options.file:
        return f'{error}; nothing was installed: try again, or give a mirror with --url'
    if isinstance(error, (HTTPException, TimeoutError, ConnectionError)):
        return f'the download broke off ({error or type(error).__name__}); try again'
    return str(error)


if __name__ == '__main__':
    sys.exit(main())

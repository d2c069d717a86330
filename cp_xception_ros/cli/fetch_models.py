"""judy-fetch-models: download models that the package does not carry."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
import sys
from typing import TextIO
from urllib.error import HTTPError, URLError

from ..runtime.download import BusyError, ModelFileError, Progress, download, install
from ..runtime.models import MODELS, Model, ModelFile, cache_dir

_BAR = 30
_EPILOG = """examples:
  judy-fetch-models                         download what face detection needs
  judy-fetch-models sherpa                  speech recognition as well (73 MB)
  judy-fetch-models --list                  show the models, their licences and what is present
  judy-fetch-models yunet --file /media/usb/face_detection_yunet_2023mar.onnx
                                            no network on the robot: install a file brought along
  judy-fetch-models sherpa --file /media/usb/sherpa
                                            the same of a model of several files: their folder
  judy-fetch-models yunet --url http://mirror.local/yunet.onnx
  judy-fetch-models sherpa --url http://mirror.local/sherpa

Files go to $XDG_CACHE_HOME/cp_xception_ros (by default ~/.cache/cp_xception_ros). Whatever their
source, size and sha256 are checked. A download that breaks off goes on when it is tried again.
Exit status: 0 done, 1 failed, 2 wrong arguments."""


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
        except KeyboardInterrupt:
            print(f'judy-fetch-models: {name}: stopped; try again to go on', file=sys.stderr)
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
    source.add_argument('--file', type=Path, help='install this file or folder, already at hand')
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
    if options.url and '://' not in options.url:
        parser.error(f'--url {options.url!r} is no address such as http://mirror.local/yunet.onnx')


def _print_table() -> None:
    print(f'{"name":<10}{"bytes":>12}  {"licence":<12}{"state":<12}purpose')
    for model in MODELS.values():
        print(
            f'{model.name:<10}{model.size:>12,}  {model.licence:<12}{_state(model):<12}'
            f'{model.purpose}'
        )
    print(f'cache: {cache_dir()}')


def _state(model: Model) -> str:
    if not model.is_present:
        return 'absent'
    return 'present' if model.is_whole else 'damaged'


def _fetch(model: Model, options: argparse.Namespace) -> None:
    if model.is_whole and not options.force:
        print(f'{model.name}: already at {model.path}')
        return
    with _progress_bar(model, sys.stderr) as draw:
        done = 0
        for file in model.files:
            if options.force or not file.is_whole(model.home / file.name):
                _bring(model, file, options, _from(done, draw))
            done += file.size
    about = f'{model.size:,} bytes, sha256 right, licence {model.licence}'
    print(f'{model.name}: {about}, at {model.path}')
    if model.use:
        print(f'{model.name}: to use it: {model.use}')


def _from(done: int, draw: Progress) -> Progress:
    return lambda at_hand: draw(done + at_hand)


def _bring(model: Model, file: ModelFile, options: argparse.Namespace, draw: Progress) -> None:
    if options.file:
        install(file, options.file / file.name if model.folder else options.file, model.home, draw)
        return
    url = options.url or file.url
    if options.url and model.folder:
        url = f'{options.url.rstrip("/")}/{file.name}'
    download(file, url, model.home, draw)


@contextmanager
def _progress_bar(model: Model, stream: TextIO) -> Iterator[Callable[[int], None]]:
    """Give a function that draws a bar, on terminals only, and end its line at the end."""
    if not stream.isatty():
        yield lambda received: None
        return
    try:
        yield _drawer(model, stream)
    finally:
        print(file=stream)


def _drawer(model: Model, stream: TextIO) -> Callable[[int], None]:
    def draw(received: int) -> None:
        part = min(received / model.size, 1.0)
        bar = '#' * round(part * _BAR)
        print(
            f'\r{model.name} [{bar:<{_BAR}}] {part:4.0%} of {model.size / 1e6:.1f} MB',
            end='',
            file=stream,
            flush=True,
        )

    return draw


def _explain(error: Exception, options: argparse.Namespace) -> str:
    if isinstance(error, HTTPError):
        return f'{error.url} answers {error.code} {error.reason}; give a mirror with --url'
    if isinstance(error, URLError):
        return f'no connection ({error.reason}); try again, or fetch the file elsewhere: --file'
    if isinstance(error, BusyError):
        return f'{error}; wait for it'
    if isinstance(error, ModelFileError) and not options.file:
        return f'{error}; nothing was installed: try again, or give a mirror with --url'
    if isinstance(error, (HTTPException, TimeoutError, ConnectionError)):
        return f'the download broke off ({error or type(error).__name__}); try again to go on'
    return str(error)


if __name__ == '__main__':
    sys.exit(main())

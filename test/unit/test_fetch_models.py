"""judy-fetch-models against a server of its own: good, wrong, cut off, absent, unreachable."""

from dataclasses import replace
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import re
import socket
import threading

import pytest

from cp_xception_ros.cli import fetch_models
from cp_xception_ros.runtime.download import BusyError, download
from cp_xception_ros.runtime.models import MODELS, SHERPA, YUNET, ModelFile, cache_dir

CONTENT = bytes(range(256)) * 1024
HALF = len(CONTENT) // 2


class Handler(BaseHTTPRequestHandler):
    """Knows CONTENT and its parts by name; `/cut…` breaks off, `/whole…` knows no ranges."""

    ranges: list[str]

    def do_GET(self) -> None:
        asked = self.headers.get('Range', '')
        self.ranges.append(asked)
        name = self.path.rsplit('/', 1)[-1]
        body = {'wrong': CONTENT[::-1], 'short': CONTENT[:1000], 'long': CONTENT + b'more'}.get(
            name, CONTENT
        )
        if name == 'absent':
            self.send_error(404)
            return
        begin = int(asked[6:-1]) if asked and 'whole' not in self.path else 0
        if begin >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header('Content-Length', str(len(body) - begin))
        self.end_headers()
        self.wfile.write(body[begin : HALF if name == 'cut' else None])

    def log_message(self, *_) -> None:
        """Keep the output clean."""


@pytest.fixture
def server():
    Handler.ranges = []
    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
        yield f'http://127.0.0.1:{httpd.server_port}'
        httpd.shutdown()


def of_the_server(file: ModelFile, url: str) -> ModelFile:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return replace(file, url=url, size=len(CONTENT), sha256=sha256)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    for name in ('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def yunet_of_the_server(server, monkeypatch):
    """Make the table's model the server's content."""
    model = replace(YUNET, files=(of_the_server(YUNET.files[0], f'{server}/good'),))
    monkeypatch.setitem(MODELS, 'yunet', model)
    return model


@pytest.fixture
def sherpa_of_the_server(server, monkeypatch):
    files = tuple(of_the_server(f, f'{server}/{n}') for n, f in enumerate(SHERPA.files))
    model = replace(SHERPA, files=files)
    monkeypatch.setitem(MODELS, 'sherpa', model)
    return model


def files_in_cache():
    return sorted(path.name for path in cache_dir().rglob('*') if path.is_file())


def test_a_model_is_downloaded_checked_and_named(yunet_of_the_server, capsys):
    assert fetch_models.main([]) == 0
    path = yunet_of_the_server.path
    assert path.read_bytes() == CONTENT
    output = capsys.readouterr()
    assert str(path) in output.out and 'MIT' in output.out
    assert output.err == ''


def test_a_model_of_several_files_gets_a_folder(sherpa_of_the_server, capsys):
    assert fetch_models.main(['sherpa']) == 0
    folder = sherpa_of_the_server.path
    assert sorted(path.name for path in folder.iterdir()) == sorted(f.name for f in SHERPA.files)
    assert sherpa_of_the_server.is_whole
    output = capsys.readouterr().out
    assert str(folder) in output and 'recogniser: sherpa' in output


def test_what_is_present_is_not_downloaded_again(yunet_of_the_server, capsys):
    fetch_models.main([])
    assert fetch_models.main(['yunet', '--url', 'http://127.0.0.1:9/none']) == 0
    assert 'already at' in capsys.readouterr().out


def test_only_what_is_missing_or_damaged_is_downloaded(sherpa_of_the_server):
    fetch_models.main(['sherpa'])
    first, *_, last = sherpa_of_the_server.files
    (sherpa_of_the_server.home / first.name).unlink()
    (sherpa_of_the_server.home / last.name).write_bytes(CONTENT[::-1])
    Handler.ranges.clear()
    assert fetch_models.main(['sherpa']) == 0
    assert sherpa_of_the_server.is_whole and len(Handler.ranges) == 2


def test_a_damaged_file_is_replaced(yunet_of_the_server):
    cache_dir().mkdir(parents=True)
    yunet_of_the_server.path.write_bytes(CONTENT[::-1])
    assert fetch_models.main([]) == 0
    assert yunet_of_the_server.is_whole


@pytest.mark.parametrize(
    ('page', 'words'),
    [
        ('wrong', ['sha256 is', 'expected', 'try again']),
        ('long', ['got more']),
        ('absent', ['/absent answers 404', '--url']),
    ],
)
def test_a_bad_answer_gives_one_line_and_installs_nothing(
    yunet_of_the_server, server, capsys, page, words
):
    assert fetch_models.main(['yunet', '--url', f'{server}/{page}']) == 1
    error = capsys.readouterr().err
    assert error.startswith('judy-fetch-models: ') and error.count('\n') == 1
    for word in words:
        assert word in error
    assert not yunet_of_the_server.is_present
    # What goes on from nothing may go on from any server.
    assert fetch_models.main(['yunet']) == 0


@pytest.mark.parametrize('page', ['short', 'cut'])
def test_a_download_that_breaks_off_goes_on(yunet_of_the_server, server, capsys, page):
    assert fetch_models.main(['yunet', '--url', f'{server}/{page}']) == 1
    error = capsys.readouterr().err
    at_hand = {'short': 1000, 'cut': HALF}[page]
    assert f'expected {len(CONTENT)} bytes, got only {at_hand}' in error
    assert 'try again' in error and error.count('\n') == 1
    assert not yunet_of_the_server.is_present
    assert fetch_models.main(['yunet']) == 0
    assert Handler.ranges == ['', f'bytes={at_hand}-']
    assert yunet_of_the_server.is_whole and files_in_cache() == [yunet_of_the_server.files[0].name]


@pytest.mark.parametrize('page', ['whole', 'short'])
def test_a_server_without_ranges_is_read_from_the_start(yunet_of_the_server, server, page):
    fetch_models.main(['yunet', '--url', f'{server}/cut'])
    status = fetch_models.main(['yunet', '--url', f'{server}/{page}'])
    assert status == {'whole': 0, 'short': 1}[page]
    assert yunet_of_the_server.is_whole is (page == 'whole')


def test_a_bad_answer_leaves_the_good_file_of_before(yunet_of_the_server, server):
    fetch_models.main([])
    assert fetch_models.main(['yunet', '--force', '--url', f'{server}/wrong']) == 1
    assert yunet_of_the_server.is_whole


def test_two_at_once_do_not_disturb_each_other(yunet_of_the_server, server, capsys):
    (file,) = yunet_of_the_server.files
    second = []

    def look_in(_):
        if not second:
            second.append(fetch_models.main([]))

    download(file, file.url, cache_dir(), look_in)
    assert second == [1] and 'another process' in capsys.readouterr().err
    assert yunet_of_the_server.is_whole
    assert issubclass(BusyError, OSError)


def test_no_network_gives_one_line_with_the_cure(yunet_of_the_server, capsys):
    with socket.socket() as unused:
        unused.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{unused.getsockname()[1]}/x'
        assert fetch_models.main(['yunet', '--url', url]) == 1
    error = capsys.readouterr().err
    assert 'no connection' in error and '--file' in error and error.count('\n') == 1


def test_a_file_already_at_hand_is_installed(yunet_of_the_server, tmp_path):
    source = tmp_path / 'brought.onnx'
    source.write_bytes(CONTENT)
    assert fetch_models.main(['yunet', '--file', str(source)]) == 0
    assert yunet_of_the_server.path.read_bytes() == CONTENT


def test_a_folder_already_at_hand_is_installed(sherpa_of_the_server, tmp_path):
    for file in SHERPA.files:
        (tmp_path / file.name).write_bytes(CONTENT)
    assert fetch_models.main(['sherpa', '--file', str(tmp_path)]) == 0
    assert sherpa_of_the_server.is_whole


def test_a_mirror_of_several_files_is_their_folder(sherpa_of_the_server, server):
    assert fetch_models.main(['sherpa', '--url', f'{server}/mirror/']) == 0
    assert sherpa_of_the_server.is_whole


@pytest.mark.parametrize('content', [None, b'', CONTENT[::-1]])
def test_a_wrong_file_at_hand_is_refused(yunet_of_the_server, tmp_path, capsys, content):
    source = tmp_path / 'brought.onnx'
    if content is not None:
        source.write_bytes(content)
    assert fetch_models.main(['yunet', '--file', str(source)]) == 1
    assert capsys.readouterr().err.count('\n') == 1
    assert not yunet_of_the_server.is_present


def test_a_cache_that_cannot_be_made_is_named(yunet_of_the_server, tmp_path, monkeypatch, capsys):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'file'))
    assert fetch_models.main([]) == 1
    assert str(tmp_path / 'file') in capsys.readouterr().err


def test_the_list_shows_what_is_there(yunet_of_the_server, capsys):
    fetch_models.main(['--list'])
    listed = capsys.readouterr().out
    assert re.search(r'yunet +262,144 +MIT +absent', listed)
    assert re.search(r'sherpa +72,654,782 +Apache-2.0 +absent', listed)
    fetch_models.main([])
    fetch_models.main(['--list'])
    assert re.search(r'yunet .* present', capsys.readouterr().out)
    yunet_of_the_server.path.write_bytes(b'')
    fetch_models.main(['--list'])
    assert re.search(r'yunet .* damaged', capsys.readouterr().out)


@pytest.mark.parametrize(
    ('arguments', 'word'),
    [
        (['nobody'], 'nobody'),
        (['--url', 'a', '--file', 'b'], 'not allowed'),
        (['yunet', '--url', 'mirror/yunet'], 'mirror/yunet'),
        (['yunet', 'sherpa', '--url', 'http://a/b'], 'exactly one NAME'),
    ],
)
def test_wrong_arguments_are_named(arguments, word, capsys):
    with pytest.raises(SystemExit) as caught:
        fetch_models.main(arguments)
    assert caught.value.code == 2
    assert word in capsys.readouterr().err


def test_the_progress_bar_is_for_terminals(sherpa_of_the_server, capsys, monkeypatch):
    monkeypatch.setattr('sys.stderr.isatty', lambda: True, raising=False)
    assert fetch_models.main(['sherpa']) == 0
    bar = capsys.readouterr().err
    parts = [int(part) for part in re.findall(r'(\d+)% of 1\.0 MB', bar)]
    assert parts == sorted(parts) and parts[-1] == 100 and parts[0] < 10


def test_the_real_file_is_the_one_of_the_table(yunet):
    assert YUNET.files[0].is_whole(yunet)


def test_every_address_of_the_table_names_a_file_that_cannot_change():
    """A hash would fail everybody on the day when the file behind a branch's name changes."""
    assert all(re.search(r'/resolve/[0-9a-f]{40}/', file.url) for file in SHERPA.files)


def test_the_cache_is_where_the_desktop_standard_says(monkeypatch, tmp_path):
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setenv('HOME', str(tmp_path))
    assert cache_dir() == tmp_path / '.cache/cp_xception_ros'

"""judy-fetch-models against a server of its own: good, wrong, short, absent and unreachable."""

from dataclasses import replace
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import re
import socket
import threading

import pytest

from cp_xception_ros.cli import fetch_models
from cp_xception_ros.vision import model_cache
from cp_xception_ros.vision.model_cache import MODELS, cache_dir

CONTENT = bytes(range(256)) * 1024


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        bodies = {
            '/good': CONTENT,
            '/wrong': CONTENT[::-1],
            '/short': CONTENT[:1000],
            '/long': CONTENT + b'more',
            '/cut': CONTENT[:1000],
        }
        if self.path not in bodies:
            self.send_error(404)
            return
        self.send_response(200)
        length = len(CONTENT) if self.path == '/cut' else len(bodies[self.path])
        self.send_header('Content-Length', str(length))
        self.end_headers()
        self.wfile.write(bodies[self.path])

    def log_message(self, *_) -> None:
        """Keep the output clean."""


@pytest.fixture(scope='module')
def server():
    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{httpd.server_port}'
        httpd.shutdown()


@pytest.fixture
def yunet_of_the_server(server, tmp_path, monkeypatch):
    """Make the table's model the server's content, and the cache an empty folder."""
    model = replace(
        MODELS['yunet'],
        url=f'{server}/good',
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    monkeypatch.setitem(MODELS, 'yunet', model)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    for name in ('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'):
        monkeypatch.delenv(name, raising=False)
    return model


def test_a_model_is_downloaded_checked_and_named(yunet_of_the_server, capsys):
    assert fetch_models.main([]) == 0
    path = cache_dir() / yunet_of_the_server.file
    assert path.read_bytes() == CONTENT
    output = capsys.readouterr()
    assert str(path) in output.out and 'MIT' in output.out
    assert output.err == ''


def test_what_is_present_is_not_downloaded_again(yunet_of_the_server, capsys):
    fetch_models.main([])
    assert fetch_models.main(['yunet', '--url', 'http://127.0.0.1:9/none']) == 0
    assert 'already at' in capsys.readouterr().out


def test_a_damaged_file_is_replaced(yunet_of_the_server):
    cache_dir().mkdir(parents=True)
    path = cache_dir() / yunet_of_the_server.file
    path.write_bytes(CONTENT[::-1])
    assert fetch_models.main([]) == 0
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ('page', 'words'),
    [
        ('wrong', ['sha256 is', 'expected', 'try again']),
        ('short', [f'expected {len(CONTENT)} bytes, got only 1000', 'try again']),
        ('cut', ['1000', 'try again']),
        ('long', ['more than']),
        ('absent', ['/absent answers 404', '--url']),
    ],
)
def test_a_bad_answer_gives_one_line_and_leaves_nothing(
    yunet_of_the_server, server, capsys, page, words
):
    assert fetch_models.main(['yunet', '--url', f'{server}/{page}']) == 1
    error = capsys.readouterr().err
    assert error.startswith('judy-fetch-models: ') and error.count('\n') == 1
    for word in words:
        assert word in error
    assert not cache_dir().exists() or list(cache_dir().iterdir()) == []


def test_a_bad_answer_leaves_the_good_file_of_before(yunet_of_the_server, server):
    fetch_models.main([])
    assert fetch_models.main(['yunet', '--force', '--url', f'{server}/wrong']) == 1
    assert (cache_dir() / yunet_of_the_server.file).read_bytes() == CONTENT


def test_no_network_gives_one_line_with_the_cure(yunet_of_the_server, capsys):
    with socket.socket() as unused:
        unused.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{unused.getsockname()[1]}/x'
        assert fetch_models.main(['yunet', '--url', url]) == 1
    error = capsys.readouterr().err
    assert 'no connection' in error and '--file' in error and error.count('\n') == 1


def test_an_address_that_is_none_is_named(yunet_of_the_server, capsys):
    assert fetch_models.main(['yunet', '--url', 'mirror/yunet']) == 1
    assert 'mirror/yunet' in capsys.readouterr().err


def test_a_file_already_at_hand_is_installed(yunet_of_the_server, tmp_path):
    source = tmp_path / 'brought.onnx'
    source.write_bytes(CONTENT)
    assert fetch_models.main(['yunet', '--file', str(source)]) == 0
    assert (cache_dir() / yunet_of_the_server.file).read_bytes() == CONTENT


@pytest.mark.parametrize('content', [None, b'', CONTENT[::-1]])
def test_a_wrong_file_at_hand_is_refused(yunet_of_the_server, tmp_path, capsys, content):
    source = tmp_path / 'brought.onnx'
    if content is not None:
        source.write_bytes(content)
    assert fetch_models.main(['yunet', '--file', str(source)]) == 1
    assert capsys.readouterr().err.count('\n') == 1


def test_a_cache_that_cannot_be_made_is_named(yunet_of_the_server, tmp_path, monkeypatch, capsys):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'file'))
    assert fetch_models.main([]) == 1
    assert str(tmp_path / 'file') in capsys.readouterr().err


def test_the_list_shows_what_is_there(yunet_of_the_server, capsys):
    fetch_models.main(['--list'])
    assert re.search(r'yunet +262,144 +MIT +absent', capsys.readouterr().out)
    fetch_models.main([])
    fetch_models.main(['--list'])
    assert re.search(r'yunet .* present', capsys.readouterr().out)


@pytest.mark.parametrize(
    ('arguments', 'word'), [(['nobody'], 'nobody'), (['--url', 'a', '--file', 'b'], 'not allowed')]
)
def test_wrong_arguments_are_named(arguments, word, capsys):
    with pytest.raises(SystemExit) as caught:
        fetch_models.main(arguments)
    assert caught.value.code == 2
    assert word in capsys.readouterr().err


def test_the_progress_bar_is_for_terminals(yunet_of_the_server, capsys, monkeypatch):
    monkeypatch.setattr('sys.stderr.isatty', lambda: True, raising=False)
    assert fetch_models.main([]) == 0
    assert '100%' in capsys.readouterr().err


def test_the_real_file_is_the_one_of_the_table(yunet):
    assert model_cache.is_whole(MODELS['yunet'], yunet)


def test_the_cache_is_where_the_desktop_standard_says(monkeypatch, tmp_path):
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setenv('HOME', str(tmp_path))
    assert cache_dir() == tmp_path / '.cache/cp_xception_ros'

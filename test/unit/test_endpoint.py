"""Which key may go to which server."""

import pytest

from cp_xception_ros.runtime.endpoint import EndpointError, resolve

BOTH = {'DEEPSEEK_API_KEY': 'sk-deep', 'JUDY_CHAT_API_KEY': 'sk-else'}


def key(base_url, environment=BOTH):
    return resolve(base_url, 'JUDY_CHAT_API_KEY', environment).key


@pytest.mark.parametrize(
    'url', ['https://api.deepseek.com', 'https://api.deepseek.com/v1', 'https://API.DeepSeek.com.']
)
def test_deepseek_gets_its_own_key(url):
    endpoint = resolve(url, 'JUDY_CHAT_API_KEY', BOTH)
    assert endpoint.key == 'sk-deep' and endpoint.deepseek


@pytest.mark.parametrize(
    'url',
    [
        'https://api.openai.com/v1',
        'https://api.deepseek.com.example.org',
        'https://deepseek.com',
        'https://example.org/api.deepseek.com',
        'https://example.org?api.deepseek.com',
        'https://example.org#api.deepseek.com',
        'http://localhost:11434/v1',
        'http://127.0.0.1:8080',
    ],
)
def test_no_other_host_gets_the_key_of_deepseek(url):
    endpoint = resolve(url, 'JUDY_CHAT_API_KEY', BOTH)
    assert endpoint.key == 'sk-else' and not endpoint.deepseek


@pytest.mark.parametrize(
    'url',
    [
        'https://api.deepseek.com@example.org',
        'https://example.org\\@api.deepseek.com',
        'https://key:word@api.deepseek.com',
        'https://api.deepseek.com\n.example.org',
        'ftp://api.deepseek.com',
        'api.deepseek.com',
        'https://',
        'https://[::1',
        'https://host:port',
        '',
    ],
)
def test_an_address_that_could_mean_two_things_is_refused(url):
    with pytest.raises(EndpointError):
        key(url)


@pytest.mark.parametrize(
    'url', ['http://api.deepseek.com', 'http://192.168.1.5/v1', 'http://nas/v1']
)
def test_a_key_does_not_travel_over_plain_http(url):
    with pytest.raises(EndpointError, match='plain http') as caught:
        key(url)
    assert 'sk-' not in str(caught.value)


def test_a_server_in_the_house_without_a_key_may_use_plain_http():
    assert key('http://192.168.1.5/v1', {}) == ''


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])
def test_a_server_on_this_machine_needs_no_key(host):
    endpoint = resolve(
        f'http://{host}:11434/v1', 'JUDY_CHAT_API_KEY', {'DEEPSEEK_API_KEY': 'deep'}
    )
    assert endpoint.local and endpoint.key == ''


def test_a_missing_key_for_deepseek_names_the_variable():
    with pytest.raises(EndpointError, match='DEEPSEEK_API_KEY'):
        key('https://api.deepseek.com', {'JUDY_CHAT_API_KEY': 'other'})


def test_a_broken_key_is_not_shown():
    with pytest.raises(EndpointError) as caught:
        key('https://api.deepseek.com', {'DEEPSEEK_API_KEY': 'sk-\nret'})
    assert 'sk-' not in str(caught.value)


def test_the_key_is_not_in_the_representation():
    assert 'deep,' not in repr(
        resolve('https://api.deepseek.com', 'X', {'DEEPSEEK_API_KEY': 'deep,'})
    )

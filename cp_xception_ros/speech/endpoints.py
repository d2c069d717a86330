"""OpenAI-compatible speech servers: whose key goes where, and what their errors mean."""

from collections.abc import Mapping
from dataclasses import dataclass
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from .errors import Unavailable

HINTS = {
    401: 'the key is wrong',
    402: 'the account has no balance',
    403: 'the key may not do this',
    404: 'no such model or address',
    429: 'too many requests',
}


@dataclass(frozen=True)
class Endpoint:
    """`base_url` such as https://api.openai.com/v1, and how long an answer may take (seconds)."""

    base_url: str
    model: str
    timeout: float = 15.0


def client(endpoint: Endpoint, variable: str, environment: Mapping[str, str]) -> Any:
    """Return an `openai.OpenAI` with the key of that environment variable.

    Raises Unavailable: no SDK, no key where one is needed, or a key that would travel unencrypted.
    """
    key = key_for(endpoint.base_url, variable, environment)
    try:
        from openai import OpenAI
    except ImportError:
        raise Unavailable("the openai SDK is missing: pip install 'openai>=1,<4'") from None
    return OpenAI(
        api_key=key or 'none',
        base_url=endpoint.base_url,
        timeout=endpoint.timeout,
        max_retries=0,
    )


def key_for(base_url: str, variable: str, environment: Mapping[str, str]) -> str:
    """The key to send to that address; empty where none is needed.

    Raises Unavailable: the address cannot be used, a key is missing, or it would travel in clear.
    """
    parts = urlsplit(base_url)
    key = environment.get(variable, '').strip()
    if parts.scheme not in ('http', 'https') or not parts.hostname:
        raise Unavailable(f'{base_url!r} is no address of a speech server: use http(s)://host/v1')
    if is_this_machine(parts.hostname):
        return key
    if parts.scheme == 'http' and key:
        raise Unavailable(f'{base_url}: {variable} is not sent over plain http: use https')
    if parts.scheme == 'https' and not key:
        raise Unavailable(f'{base_url}: needs a key: set the environment variable {variable}')
    return key


def is_this_machine(host: str) -> bool:
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def explain(error: Exception, endpoint: Endpoint) -> str:
    """One line for people about an error of the SDK, without what was said."""
    status = getattr(error, 'status_code', None)
    if status is None:
        return f'{endpoint.base_url}: {type(error).__name__}: is the server there?'
    hint = HINTS.get(status, 'the server failed' if status >= 500 else 'the server refused')
    return f'{endpoint.base_url}, model {endpoint.model!r}: HTTP {status}: {hint}'

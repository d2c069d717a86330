"""OpenAI-compatible speech servers: the client, and what their errors mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..runtime.endpoint import EndpointError, resolve
from .errors import Unavailable

HINTS = {
    401: 'the key in {variable} is wrong or missing',
    402: 'the account has no balance',
    403: 'the key may not do this',
    404: 'no such model or address',
    429: 'too many requests',
}


@dataclass(frozen=True)
class Server:
    """`base_url` such as https://api.openai.com/v1, and how long an answer may take (seconds)."""

    base_url: str
    model: str
    timeout: float = 15.0


def client(server: Server, variable: str, environment: Mapping[str, str]) -> Any:
    """Return an `openai.OpenAI` with the key of that environment variable.

    Raises Unavailable: no SDK, no usable address, or a key that would travel unencrypted.
    """
    try:
        endpoint = resolve(server.base_url, variable, environment)
    except EndpointError as error:
        raise Unavailable(str(error)) from None
    try:
        from openai import OpenAI
    except ImportError:
        raise Unavailable("the openai SDK is missing: pip install 'openai>=1,<4'") from None
    return OpenAI(
        api_key=endpoint.key or 'none',
        base_url=server.base_url,
        timeout=server.timeout,
        max_retries=0,
    )


def explain(error: Exception, server: Server, variable: str) -> str:
    """One line for people about an error of the SDK, without what was said.

    `variable`: of the environment, with the key.
    """
    status = getattr(error, 'status_code', None)
    if status is None:
        return f'{server.base_url}: {type(error).__name__}: is the server there?'
    hint = HINTS.get(status, 'the server failed' if status >= 500 else 'the server refused')
    hint = hint.format(variable=variable)
    return f'{server.base_url}, model {server.model!r}: HTTP {status}: {hint}'

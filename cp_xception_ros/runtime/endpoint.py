"""Which key may go to which OpenAI-compatible server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import ipaddress
import re
from urllib.parse import urlsplit

DEEPSEEK_HOST = 'api.deepseek.com'
DEEPSEEK_KEY = 'DEEPSEEK_API_KEY'
# Parsers disagree about these, so that a key could end up with another host than the one checked.
AMBIGUOUS = re.compile(r'[\s\\@\x00-\x1f\x7f]')


class EndpointError(ValueError):
    """The address cannot be used as it is; one line says why and how to mend it."""


@dataclass(frozen=True)
class Endpoint:
    """A server's address and the key it gets; '' is no key. The key is never shown.

    `variable`: of the environment, that holds the key or should.
    """

    base_url: str
    key: str = field(repr=False)
    host: str
    local: bool
    variable: str = 'the environment'

    @property
    def deepseek(self) -> bool:
        return self.host == DEEPSEEK_HOST


def resolve(base_url: str, variable: str, environment: Mapping[str, str]) -> Endpoint:
    """Return the endpoint at that address, with its key from the environment.

    DeepSeek gets DEEPSEEK_API_KEY and nothing else; every other host gets the key in `variable`,
    where it is set. A server on this machine needs none.

    Raises EndpointError: no http(s) address, no key for DeepSeek, or a key that would travel over
    plain http to another host.
    """
    host, encrypted = _parse(base_url)
    local = is_this_machine(host)
    name = DEEPSEEK_KEY if host == DEEPSEEK_HOST else variable
    key = environment.get(name, '').strip()
    if key and not (key.isascii() and key.isprintable() and ' ' not in key):
        raise EndpointError(f'{name} holds characters no key has: set it again')
    if key and not encrypted and not local:
        raise EndpointError(
            f'{base_url}: {name} is not sent over plain http to another host: '
            f'use https, or unset {name}'
        )
    if host == DEEPSEEK_HOST and not key:
        raise EndpointError(f'{DEEPSEEK_HOST} needs a key: set the environment variable {name}')
    return Endpoint(base_url, key, host, local, name)


def leaves_this_machine(base_url: str) -> bool:
    """Tell whether what is sent there goes to another machine.

    Raises EndpointError: no http(s) address.
    """
    return not is_this_machine(_parse(base_url)[0])


def is_this_machine(host: str) -> bool:
    """Tell whether the host name stands for the machine this runs on."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parse(base_url: str) -> tuple[str, bool]:
    usage = 'use an address such as https://api.deepseek.com or http://localhost:11434/v1'
    if AMBIGUOUS.search(base_url):
        raise EndpointError(
            f'the address may not hold a name, a key, spaces or back-slashes: {usage}'
        )
    try:
        parts = urlsplit(base_url)
        host = (parts.hostname or '').rstrip('.')
        _ = parts.port
    except ValueError as error:
        raise EndpointError(f'{base_url!r} is no address ({error}): {usage}') from error
    if parts.scheme not in ('http', 'https') or not host:
        raise EndpointError(f'{base_url!r} is no http address: {usage}')
    return host, parts.scheme == 'https'

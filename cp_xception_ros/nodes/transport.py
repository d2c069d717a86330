"""The shared-memory profile for pictures over Fast DDS."""

from collections.abc import Mapping
from importlib.metadata import version

from ..resources import find

# Fast DDS 3 (Kilted) reads the first name, Fast DDS 2 (Jazzy) the second.
VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
JAZZY = 7


def variable() -> str:
    """Return the name of the variable that the installed Fast DDS reads without complaint."""
    major = int(version('rclpy').split('.')[0])
    return VARIABLES[major <= JAZZY]


def environment(current: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to set for a segment that holds pictures; none if the user chose.

    With Fast DDS's own small segment a VGA picture goes through UDP in pieces, and best effort
    loses nearly all of them.
    """
    if any(name in current for name in VARIABLES):
        return {}
    return {variable(): str(find('config/fastdds_shm.xml'))}

"""Where the network and the configuration files are, in every kind of install."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SOURCE_TREE = PACKAGE.parent


def find(relative: str) -> Path:
    """Return the path of a file below `models/` or `config/`, such as 'config/judy.yaml'.

    The source tree comes first, so that an edited file counts at once; an installed package
    carries the same files as package data.

    Raises FileNotFoundError: neither place has it.
    """
    roots = [SOURCE_TREE, PACKAGE] if (SOURCE_TREE / 'package.xml').is_file() else [PACKAGE]
    for root in roots:
        if (root / relative).is_file():
            return root / relative
    raise FileNotFoundError(
        f'{relative} is not in {" or ".join(map(str, roots))}: the installation is incomplete'
    )

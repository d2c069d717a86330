"""Reading the files that hold what the robot says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class PhrasesError(ValueError):
    """A file of phrases cannot be used; one line names the file, the place and the cure."""


def read_yaml(path: Path) -> Mapping[str, Any]:
    """Return the file's mapping.

    Raises PhrasesError: it is not there, cannot be read, or is no YAML mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise PhrasesError(f'{path}: {error.strerror or error}') from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PhrasesError(f'{path}, line {line}: no YAML: {error.problem}') from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PhrasesError(f'{path}: no YAML: {" ".join(str(error).split())}') from error
    if not isinstance(content, Mapping):
        raise PhrasesError(f"{path}: must hold lines such as 'name: text'")
    return content


def texts(path: Path, content: Mapping[str, Any], name: str) -> list[str]:
    """Return the list of texts under `name`; a single text counts as a list of one.

    Raises PhrasesError: it is missing, empty, or holds something that is no text.
    """
    value = content.get(name)
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not lines:
        raise PhrasesError(f'{path}: {name!r} is missing: a text, or a list of texts')
    for line in lines:
        if not isinstance(line, str) or not line.strip():
            raise PhrasesError(f'{path}: {name!r} holds {line!r}, which is no text: quote it')
    return lines

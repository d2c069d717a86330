"""Who the robot is, and what it tells about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .phrases import PhrasesError, read_yaml, texts

Translations = Mapping[str, str]


@dataclass(frozen=True)
class Persona:
    """The content of persona.yaml; the translations are by language."""

    name: str
    system_prompt: str
    disclosure: Translations
    unrecorded: Translations
    recorded: Translations
    remote_model: Translations
    remote_speech: Translations

    def disclose(
        self, language: str, remote_model: bool, remote_speech: bool, recording: bool = False
    ) -> str:
        """Return what the robot must say about itself, in `language` or the file's first one."""
        parts = [self.disclosure, self.recorded if recording else self.unrecorded]
        parts += [self.remote_model] if remote_model else []
        parts += [self.remote_speech] if remote_speech else []
        return ' '.join(part.get(language) or next(iter(part.values())) for part in parts)


def read_persona(path: Path) -> Persona:
    """Read persona.yaml.

    Raises PhrasesError: the file cannot be read, or something is missing in it.
    """
    content = read_yaml(path)
    return Persona(
        name=' '.join(texts(path, content, 'name')).strip(),
        system_prompt=' '.join(texts(path, content, 'system_prompt')).strip(),
        disclosure=_translations(path, content, 'disclosure'),
        unrecorded=_translations(path, content, 'unrecorded'),
        recorded=_translations(path, content, 'recorded'),
        remote_model=_translations(path, content, 'remote_model'),
        remote_speech=_translations(path, content, 'remote_speech'),
    )


def _translations(path: Path, content: Mapping[str, Any], name: str) -> Translations:
    section = content.get(name)
    if not isinstance(section, Mapping) or not section:
        raise PhrasesError(f"{path}: {name!r} is missing: languages such as 'en' with a text each")
    return {str(language): ' '.join(texts(path, section, language)) for language in section}

"""Who the robot is, and what it tells about itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path
from typing import Any

from .phrases import PhrasesError, read_yaml, texts

Translations = Mapping[str, str]


class Remote(Flag):
    """What of a conversation goes to another machine."""

    NOTHING = 0
    # What people say, as text.
    MODEL = auto()
    # The sound of their voices.
    SPEECH = auto()
    # What the robot says, as text.
    VOICE = auto()


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
    remote_voice: Translations

    def disclose(self, language: str, remote: Remote, recording: bool = False) -> str:
        """Return what the robot must say about itself, in `language` or the file's first one."""
        more = {
            Remote.MODEL: self.remote_model,
            Remote.SPEECH: self.remote_speech,
            Remote.VOICE: self.remote_voice,
        }
        kept = self.recorded if recording else self.unrecorded
        parts = [self.disclosure, kept, *(text for what, text in more.items() if what in remote)]
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
        remote_voice=_translations(path, content, 'remote_voice'),
    )


def _translations(path: Path, content: Mapping[str, Any], name: str) -> Translations:
    section = content.get(name)
    if not isinstance(section, Mapping) or not section:
        raise PhrasesError(f"{path}: {name!r} is missing: languages such as 'en' with a text each")
    return {str(language): ' '.join(texts(path, section, language)) for language in section}

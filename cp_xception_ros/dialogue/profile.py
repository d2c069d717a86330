"""The little that is remembered about the user from one day to the next."""

import json
import os
from pathlib import Path


class ProfileError(OSError):
    """The profile cannot be read or written; one line names the file and the cure."""


class Profile:
    """A user's name, in a JSON file that the user can read, change and delete.

    Without a path nothing is kept on disk.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.name = ''
        if path and path.exists():
            self._load(path)

    def meet(self, name: str) -> None:
        """Remember the user's name.

        Raises ProfileError: the file cannot be written.
        """
        self.name = name
        if self._path:
            self._save(self._path)

    def forget(self) -> None:
        """Forget the user and delete the file.

        Raises ProfileError: the file is there and cannot be deleted.
        """
        self.name = ''
        if not self._path:
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise ProfileError(f'{self._path}: {error.strerror}: delete it by hand') from error

    def line(self) -> str:
        """Return what the language model is told, in the form of the emotion's line."""
        return f"[user's name: {self.name}]" if self.name else ''

    def _load(self, path: Path) -> None:
        try:
            content = json.loads(path.read_text('utf-8'))
            name = content.get('name', '')
        except (OSError, ValueError, AttributeError) as error:
            raise ProfileError(f'{path}: no profile ({error}): delete it') from error
        # It goes into the model's prompt: a name, and nothing that could pass for an order.
        self.name = name if isinstance(name, str) and name.isalpha() and len(name) <= 40 else ''

    def _save(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix('.new')
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), 'w') as file:
                json.dump({'name': self.name}, file)
            draft.replace(path)
        except OSError as error:
            raise ProfileError(f'{path}: {error.strerror}: choose another profile file') from error

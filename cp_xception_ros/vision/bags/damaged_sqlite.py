"""An sqlite3 recording whose pages are damaged or missing, read in the order it was written."""

from collections.abc import Iterator
from pathlib import Path
import sqlite3
from urllib.parse import quote

from ..sources.base import BadSource
from .storage import Topic, Warn


class DamagedSqlite:
    """Warns of what is lost when it comes to it."""

    def __init__(self, path: Path, warn: Warn) -> None:
        self._path, self._warn = path, warn
        # The one who reads may not be the one who opened.
        self._database = sqlite3.connect(
            f'file:{quote(str(path))}?immutable=1', uri=True, check_same_thread=False
        )
        self._database.text_factory = lambda text: text.decode(errors='replace')
        # Else SQLite refuses a file that is shorter than its header says.
        self._database.execute('PRAGMA writable_schema = ON')
        try:
            rows = self._database.execute('SELECT name, type, id FROM topics').fetchall()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise BadSource(f'bag {path}: nothing in it can be read ({error})') from None
        self._ids = {name: number for name, _, number in rows}
        self.topics = [Topic(name, kind, None) for name, kind, _ in rows]

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]:
        query = (
            'SELECT timestamp, data FROM messages WHERE topic_id = ? '
            "AND typeof(timestamp) = 'integer' AND typeof(data) = 'blob' ORDER BY id"
        )
        found = 0
        try:
            for time, data in self._database.execute(query, (self._ids.get(topic),)):
                found += 1
                yield time, data
        except sqlite3.DatabaseError as error:
            self._warn(
                f'bag {self._path} is cut off or damaged ({error}): {found} messages of {topic} '
                'can be read, what came after is lost'
            )

    def close(self) -> None:
        self._database.close()

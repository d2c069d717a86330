"""ROS domains that nothing else on this machine uses at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
import itertools
import os
from pathlib import Path
import tempfile

# Above 101 the ports of DDS fall into the range that the system gives to others.
DOMAINS = range(1, 101)
# Every use begins at another one: a participant that was killed lingers for a while.
_next_domain = itertools.count(os.getpid())


@contextmanager
def own_domain() -> Iterator[int]:
    """Yield a ROS_DOMAIN_ID, ours until the end of the block.

    Raises RuntimeError: all are taken.
    """
    folder = Path(tempfile.gettempdir(), 'cp_xception_domains')
    folder.mkdir(exist_ok=True)
    for _ in DOMAINS:
        number = DOMAINS[next(_next_domain) % len(DOMAINS)]
        with open(folder / str(number), 'w') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number
            return
    raise RuntimeError('all ROS domains are taken')

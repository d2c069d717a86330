"""200 turns in a row with a user who interrupts and a server that fails."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
import os
from pathlib import Path
import re
import sys
import time

from .beeps import GRACE, count_silent, count_wrong
from .case import Case, Measure, MeasuringFailed, Settings, Target
from .failing_model import FAILED, FAILURES, INTERRUPTED, make_plan, serve
from .processes import Child, free_domain, own_environment
from .talking import Person

TURNS, WARM_UP, SEED = 200, 50, 4
SETTLE = 3.0  # seconds before the process is looked at


@dataclass(frozen=True)
class Load:
    """What a process holds."""

    threads: int
    files: int
    megabytes: float


def run(settings: Settings) -> Mapping[str, float]:
    """Hold the whole conversation."""
    plan = make_plan(TURNS, SEED)
    with ExitStack() as stack:
        server = stack.enter_context(serve(plan))
        domain = free_domain()
        command = [sys.executable, '-m', 'benchmark.fast_judy', server.url]
        judy = stack.enter_context(Child('fast judy', command, own_environment(domain)))
        person = stack.enter_context(Person(domain, judy))
        turns, sent = [], []
        for number in range(TURNS):
            if number == WARM_UP:
                before = _load(person, judy)
            turn, moment = _turn(person, number, plan.interrupted[number])
            turns.append(turn)
            sent.append(moment)
        after = _load(person, judy)
        output = judy.output
    return {
        'said_wrong': _said_wrong(person, turns),
        'heard_wrong': count_wrong(output, turns, sent),
        'wordless': count_silent(output, turns, sent),
        'model': sum(person.sources.get(t) == 'model' for t in turns),
        'threads': after.threads - before.threads,
        'files': after.files - before.files,
        'memory': after.megabytes - before.megabytes,
    }


def _turn(person: Person, number: int, interrupted: bool) -> tuple[int, float]:
    turn, sent = person.say(f'Tell me about number {number}')
    wanted = person.sounds if interrupted else person.over
    with suppress(MeasuringFailed):  # what never comes is counted
        person.wait(lambda: wanted(turn), 'the robot stays silent')
    return turn, sent


def _said_wrong(person: Person, turns: Sequence[int]) -> int:
    """Return the pieces published with the number of another turn."""
    numbers = {turn: str(number) for number, turn in enumerate(turns)}
    return sum(
        word != numbers.get(turn)
        for turn in person.replies
        for text in person.texts(turn)
        for word in re.findall(r'\d+', text)
    )


def _load(person: Person, judy: Child) -> Load:
    person.wait(person.idle, 'the robot does not come to rest')
    time.sleep(SETTLE)
    process = Path('/proc', str(judy.pid))
    resident = re.search(r'VmRSS:\s+(\d+) kB', (process / 'status').read_text())
    assert resident is not None
    return Load(
        len(os.listdir(process / 'task')), len(os.listdir(process / 'fd')), int(resident[1]) / 1024
    )


CASE = Case(
    'two_hundred_turns',
    (
        Measure('said_wrong', 'pieces of another turn, published', 'pieces', Target('≤', 0)),
        Measure('heard_wrong', 'sounds of another turn, heard', 'sounds', Target('≤', 0)),
        Measure('wordless', 'turns without a word that is heard', 'turns', Target('≤', 0)),
        Measure('model', 'turns answered by the model', 'turns'),
        Measure('threads', f'threads, after {TURNS} - after {WARM_UP}', 'threads', Target('≤', 0)),
        Measure('files', 'the same of open files', 'files', Target('≤', 1)),
        Measure('memory', 'the same of resident memory', 'MB', Target('≤', 5)),
    ),
    f'{TURNS} typed lines to dialogue_manager and audio_output in one process, over DDS, with a '
    f'real HTTP server. {INTERRUPTED:.0%} are interrupted by the next words as soon as they '
    f'sound, {FAILED:.0%} are failed by the server in {len(FAILURES)} ways. The voice is a tone '
    'for each turn, found again in what is played, five times as fast as by a loudspeaker. A '
    f'sound may outlast newer words by {GRACE:g} s. The model is left alone after a failure for a '
    '200th of the usual time; meanwhile the local replies are the words. '
    'One of the open files may be the connection to the server.',
    run,
    repeatable=False,
)

"""The whole stack, by script: every scenario with real nodes, two at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
import subprocess
import sys

import pytest

pytest.importorskip('openai', reason="the extra 'talk' is not installed")
pytest.importorskip('skimage', reason="the extra 'demo' is not installed")

FOLDER = Path(__file__).parents[1] / 'scenarios'
SCENARIOS = sorted(FOLDER.glob('*.yaml'))
# Each is a process with a robot of its own, which mostly waits.
AT_ONCE = 2
DEADLINE = 600.0

Outcome = tuple[int, str]


def play(file: Path) -> Outcome:
    """Return the exit status and what was printed."""
    done = subprocess.run(
        [sys.executable, str(FOLDER), '--quiet', str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope='module')
def outcome_of(request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Outcome]]:
    """Yield what plays a scenario; those that were asked for begin before their test."""
    calls = [getattr(item, 'callspec', None) for item in request.session.items]
    wanted = {call.params['file'] for call in calls if call and 'file' in call.params}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun: dict[Path, Future[Outcome]] = {
            file: pool.submit(play, file) for file in SCENARIOS if file in wanted
        }
        # A test that is tried once more plays it anew.
        yield lambda file: begun.pop(file).result() if file in begun else play(file)


@pytest.mark.parametrize('file', SCENARIOS, ids=lambda file: file.stem)
def test_everything_comes_as_expected(file, outcome_of):
    status, output = outcome_of(file)
    assert status == 0, output


def test_a_failure_tells_what_was_expected_when_and_what_came_instead(tmp_path):
    file = tmp_path / 'wrong.yaml'
    file.write_text('steps: [{type: Hello}, {expect: {reply: Farewell, within: 3}}]')
    status, output = play(file)
    assert status == 1
    lines = output.splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith('FAILED: wrong.yaml'))
    assert 'step 2: expected reply Farewell, which did not come within 3 s' in lines[begin]
    assert lines[begin + 1] == 'since step 1 (type Hello) there was instead:'
    instead = '\n'.join(lines[begin + 2 :])
    assert 'type     Hello' in instead and 'reply    H' in instead

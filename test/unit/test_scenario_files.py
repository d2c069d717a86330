"""The files of scenarios: what is in them, and what is said of one that cannot be used."""

from pathlib import Path
import subprocess
import sys

import pytest
from scenarios.entry import ScenarioError
from scenarios.expectation import KINDS, Expectation
from scenarios.model import BEHAVIOURS, Answer
from scenarios.script import Clip, Say, Show, Type, Wait, read_scenario

FOLDER = Path(__file__).parents[1] / 'scenarios'


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        path = tmp_path / 'visit.yaml'
        path.write_text(text)
        return read_scenario(path)

    return write_and_read


def test_everything_that_can_be_said_is_read(read):
    scenario = read("""
about: a visit
parameters:
  dialogue_manager: {comfort: false}
model:
- {reply: Hello., delay: 0.5, pause: 0.1}
- {reply: Gladly., music: calm}
- {cut: I was about}
- {status: 503}
- {keep_alives: 3}
steps:
- show: nobody
- show: {clip: [7, 9], hopper: sad, for: 2}
- type: Hello
- say: Stop
- wait: 1.5
- expect: {emotion: [sadness, fear], within: 5}
- expect: {turn: idle, emotion: sadness, source: [model, local]}
- expect: {faces: 2}
never:
- alert: self_harm
""")
    assert scenario.name == 'visit.yaml' and scenario.reachable
    assert scenario.parameters == {'dialogue_manager': {'comfort': False}}
    assert scenario.answers[0] == Answer('reply', 'Hello.', 0.5, 0.1)
    assert [answer.kind for answer in scenario.answers] == [
        'reply',
        'reply',
        'cut',
        'status',
        'keep_alives',
    ]
    nobody, sad, typed, said, wait, emotion, turn, faces = scenario.steps
    assert str(nobody) == 'nobody'
    assert sad == Show(Clip(7, 9, {'hopper': 'sad'}), 2)
    assert (typed, said, wait) == (Type('Hello'), Say('Stop'), Wait(1.5))
    assert emotion == Expectation('emotion', ('sadness', 'fear'), {}, 5)
    assert turn.details == {'emotion': ('sadness',), 'source': ('model', 'local')}
    assert faces.values == ('2',)
    assert scenario.never == (Expectation('alert', ('self_harm',)),)


def test_a_recording_is_looked_for_beside_the_file(read, tmp_path):
    (tmp_path / 'visit.mp4').touch()
    [show] = read('steps: [show: {file: visit.mp4}]').steps
    assert show.picture == tmp_path / 'visit.mp4'


@pytest.mark.parametrize(
    ('model', 'answers', 'reachable'),
    [('', None, True), ('model: unreachable\n', (), False)],
)
def test_the_model_can_be_missing_or_out_of_reach(read, model, answers, reachable):
    scenario = read(f'{model}steps: [type: Hello]')
    assert (scenario.answers, scenario.reachable) == (answers, reachable)


WRONG = [
    ('steps: [', 'visit.yaml: not YAML'),
    ('', 'visit.yaml: must be keys with values'),
    ('about: a visit', 'visit.yaml: has no steps'),
    ('step: []', "visit.yaml: the key 'step' is unknown"),
    ('steps: []', 'visit.yaml: steps: must be a list with at least one entry'),
    ('steps: [shout: Hello]', r"visit.yaml: steps\[1\]: the key 'shout' is unknown"),
    ('steps: [{type: Hello, wait: 1}]', r'steps\[1\]: one step each for: type, wait'),
    ('steps: [type: yes]', r'steps\[1\].type: YAML reads this as True: put the word into quotes'),
    ('steps: [type: 5]', r'steps\[1\].type: must be a text, not 5'),
    ('steps: [wait: long]', r"steps\[1\].wait: must be a number from 0 to 300, not 'long'"),
    ('steps: [{wait: 1}, {wait: -1}]', r'visit.yaml: steps\[2\].wait: must be a number'),
    ('steps: [show: everybody]', r'steps\[1\].show: must be keys with values'),
    ('steps: [show: {for: 3}]', r'steps\[1\].show: must be nobody, or have either clip or file'),
    ('steps: [show: {clip: [1, 99]}]', r'clip\[2\]: must be a number from 0 to 15, not 99'),
    ('steps: [show: {clip: [5, 1]}]', 'clip: the first time must be before the second'),
    ('steps: [show: {clip: 5}]', r'steps\[1\].show.clip: must be a list'),
    (
        'steps: [show: {clip: [1, 5], hopper: cross}]',
        r"hopper: 'cross' is unknown \(allowed: happy",
    ),
    ('steps: [show: {file: none.mp4}]', r'show.file: there is no .*none.mp4'),
    ('steps: [expect: {}]', r'steps\[1\].expect: must be keys with values'),
    ('steps: [expect: {within: 3}]', r'steps\[1\].expect: says nothing to expect \(use one of'),
    ('steps: [expect: {emotion: happy}]', r"expect.emotion: 'happy' is unknown \(allowed: anger"),
    ('steps: [expect: {emotion: [fear, joy]}]', r"expect.emotion\[2\]: 'joy' is unknown"),
    ('steps: [expect: {speech: idle, tone: calm}]', r"expect: the key 'tone' is unknown"),
    ('steps: [expect: {faces: two}]', r"expect.faces: must be a number from 0 to 20, not 'two'"),
    ('{model: local, steps: [wait: 1]}', 'model: must be unreachable, or a list of answers'),
    ('{model: [{delay: 1}], steps: [wait: 1]}', r'model\[1\]: is no answer \(use one of: reply'),
    ('{model: [{status: 200}], steps: [wait: 1]}', r'status: must be a number from 400 to 599'),
    ('{parameters: {camera: {loop: true}}, steps: [wait: 1]}', "the key 'camera' is unknown"),
    ('{never: [emotion: sad], steps: [wait: 1]}', r"never\[1\].emotion: 'sad' is unknown"),
]


@pytest.mark.parametrize(('text', 'problem'), WRONG)
def test_what_is_wrong_is_told_with_file_and_key(read, text, problem):
    with pytest.raises(ScenarioError, match=problem):
        read(text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ScenarioError, match='visit.yaml: No such file'):
        read_scenario(tmp_path / 'visit.yaml')


@pytest.mark.parametrize('path', sorted(FOLDER.glob('*.yaml')), ids=lambda path: path.stem)
def test_our_scenarios_can_be_read(path):
    assert read_scenario(path).steps


def test_the_readme_names_everything_that_can_be_said():
    text = (FOLDER / 'README.md').read_text()
    details = {key for kind in KINDS.values() for key in kind.details}
    extras = {extra for extras in BEHAVIOURS.values() for extra in extras}
    for word in {*KINDS, *details, *BEHAVIOURS, *extras}:
        assert f'`{word}`' in text, word


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    path = tmp_path / 'visit.yaml'
    path.write_text('steps: [type: 5]')
    done = subprocess.run(
        [sys.executable, str(FOLDER), '--check', str(path)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == 'error: visit.yaml: steps[1].type: must be a text, not 5\n'

"""Adding up a trial, and the command from the consent to the chart."""

import io
import json

from actors import Actor, Portrait
import cv2
import pytest
from test_trial import TEXTS, lead, take

from cp_xception_ros.cli import trial
from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.trial.plan import plan
from cp_xception_ros.trial.score import PAPER, Score
from cp_xception_ros.trial.store import SessionFolder
from cp_xception_ros.trial.take import NO_FACE
from cp_xception_ros.trial.viewer import Viewer

QUICK = ['--prepare', '0', '--countdown', '0', '--hold', '0.1', '--quiet', '--no-window']


def five_people():
    """Return takes of which the paper's part is right: 29 of 40."""
    takes = []
    for number in range(40):
        right = number < 29
        emotion = EMOTIONS[number % 7]
        wrong = NO_FACE if number == 39 else 'uncertain'
        condition = ('frontal', 'turned')[number // 5 % 2]
        takes.append(take(emotion, emotion if right else wrong, condition, f'p{number % 5 + 1}'))
    return takes


def test_rates_are_counted_by_person_condition_and_emotion():
    score = Score(five_people())
    assert score.total.accuracy == pytest.approx(PAPER)
    low, high = score.total.interval
    assert (low, high) == pytest.approx((0.5717, 0.8391), abs=1e-3)
    assert score.people == ['p1', 'p2', 'p3', 'p4', 'p5']
    assert sum(score.of(person=name).count for name in score.people) == 40
    assert score.of('p1', 'turned').count == 4 and score.of('p1', 'hair') is None
    assert score.confusion.sum() == 40 and score.confusion[:, -1].sum() == 1


def test_the_interval_stays_within_bounds():
    perfect = Score([take()]).total
    assert perfect.interval[1] == 1.0 and 0.15 < perfect.interval[0] < 0.3
    assert Score([take('fear', 'anger')]).total.interval[0] == 0.0


def test_the_table_has_people_and_conditions_beside_the_paper():
    lines = Score(five_people()).lines()
    assert lines[0].split() == ['frontal', 'turned', 'all']
    assert lines[1].startswith('p1 ') and lines[6].startswith('everybody')
    assert any(line.startswith('29 of 40 posed expressions read right: 72.5%') for line in lines)
    assert any('the paper: 72.5%' in line for line in lines)


def test_the_figures_are_plain_values():
    figures = json.loads(json.dumps(Score(five_people()).as_dict()))
    assert figures['total']['takes'] == 40 and figures['paper']['accuracy'] == PAPER
    assert set(figures['by_person_and_condition']['p1']) == {'frontal', 'turned'}
    assert figures['confusion']['fear']['uncertain'] >= 1


@pytest.fixture
def agree(monkeypatch):
    """Answer the question before a trial."""

    def answer(text):
        monkeypatch.setattr('builtins.input', lambda question: text)

    answer('yes')
    return answer


def needs_portraits():
    pytest.importorskip('skimage', reason="the extra 'demo' is not installed")
    pytest.importorskip('matplotlib', reason="the extra 'demo' is not installed")


def test_a_real_face_is_read_by_the_real_network(monkeypatch):
    needs_portraits()
    from cp_xception_ros.cli.trial_run import make_pipeline

    actor = Portrait('collins')
    pipeline, _ = make_pipeline(detector='cascade')
    monkeypatch.setattr(Portrait, 'pipeline', pipeline)
    [first] = [task for task in plan('p1', ['frontal']) if task.emotion == 'happiness']
    [one] = lead(actor, [first])
    assert one.right and one.pictures_seen == one.pictures


@pytest.fixture
def pictures(tmp_path):
    """Return what makes a folder of that many pictures of one face."""
    needs_portraits()

    def make(count):
        folder = tmp_path / f'pictures {count}'
        folder.mkdir()
        small = cv2.resize(Portrait('collins').picture(0.0)[80:350, 140:500], (160, 120))
        for number in range(count):
            cv2.imwrite(str(folder / f'{number}.jpg'), small)
        return str(folder)

    return make


def test_the_command_leads_from_consent_to_results(tmp_path, agree, pictures, capsys):
    results = tmp_path / 'results'
    run = ['run', str(results), '--person', 'p1', '--source', pictures(120), '--flat-out', *QUICK]
    assert trial.main([*run, '--conditions', 'frontal', '--keep-pictures']) == 0
    out = capsys.readouterr().out
    assert TEXTS.consent.splitlines()[0] in out and 'PICTURES ARE KEPT' in out
    assert (results / 'p1/session-1/pictures.mkv').stat().st_size > 0
    assert trial.main(['report', str(results)]) == 0
    assert 'the paper: 72.5%' in capsys.readouterr().out
    assert (results / 'report.png').stat().st_size > 20_000
    assert json.loads((results / 'report.json').read_text())['total']['takes'] == 7
    assert (results / 'report.txt').read_text().startswith(' ')


def test_what_was_done_before_the_end_is_kept_and_not_asked_again(
    tmp_path, agree, pictures, capsys
):
    results = tmp_path / 'results'
    run = ['run', str(results), '--person', 'p1', '--conditions', 'frontal', '--flat-out', *QUICK]
    assert trial.main([*run, '--source', pictures(40)]) == 1
    assert 'the same command goes on from there' in capsys.readouterr().err
    done = len((results / 'p1/session-1/takes.jsonl').read_text().splitlines())
    assert 0 < done < 7
    assert not (results / 'p1/session-1/pictures.mkv').exists()
    assert trial.main([*run, '--source', pictures(120)]) == 0
    assert f'p1: {done} of 7 are done already' in capsys.readouterr().out
    again = (results / 'p1/session-2/takes.jsonl').read_text().splitlines()
    assert len(again) == 7 - done
    assert trial.main(run) == 0
    assert not (results / 'p1/session-3').exists()


class Misread(Actor):
    """Is taken for neutral in the first `wrong` of the seven expressions."""

    def __init__(self, wrong):
        super().__init__()
        self._wrong = EMOTIONS[:wrong]

    def classify(self, faces):
        posed = self.emotion
        if posed in self._wrong:
            self.emotion = 'neutral'
        rows = super().classify(faces)
        self.emotion = posed
        return rows


def test_a_group_of_five_is_added_up_exactly(tmp_path, capsys):
    needs_portraits()
    conditions = ['frontal', 'moving']
    for wrong in range(5):
        person = f'p{wrong}'
        folder = SessionFolder(tmp_path, person, {})
        for one in lead(Misread(wrong), plan(person, conditions), person=person):
            folder.add(one)
    assert trial.main(['report', str(tmp_path)]) == 0
    figures = json.loads((tmp_path / 'report.json').read_text())
    assert figures['total']['takes'] == 70 and figures['total']['right'] == 50
    right = {name: rate['right'] for name, rate in figures['by_person'].items()}
    assert right == {'p0': 14, 'p1': 12, 'p2': 10, 'p3': 8, 'p4': 6}
    assert figures['confusion']['anger'] == {
        **dict.fromkeys(figures['confusion']['anger'], 0),
        'anger': 2,
        'neutral': 8,
    }
    assert '50 of 70 posed expressions read right: 71.4%' in capsys.readouterr().out


def test_ctrl_c_keeps_what_is_done(tmp_path, agree, pictures, capsys, monkeypatch):
    results = tmp_path / 'results'
    looks = iter(range(25))

    def look(self):
        if next(looks, None) is None:
            raise KeyboardInterrupt
        return real_look(self)

    real_look = Viewer.look
    monkeypatch.setattr(Viewer, 'look', look)
    run = ['run', str(results), '--person', 'p1', '--source', pictures(60), '--flat-out', *QUICK]
    assert trial.main(run) == 130
    assert 'Stopped; what is done is kept' in capsys.readouterr().out
    assert (results / 'p1/session-1/takes.jsonl').exists()


def test_nobody_to_ask_is_no_consent(tmp_path, monkeypatch, capsys):
    needs_portraits()
    monkeypatch.setattr('sys.stdin', io.StringIO())
    run = ['run', str(tmp_path / 'results'), '--person', 'p1', '--source', 'clip', *QUICK]
    assert trial.main(run) == 3
    assert not (tmp_path / 'results').exists()


def test_without_consent_nothing_is_recorded(tmp_path, agree, capsys):
    needs_portraits()
    agree('maybe')
    run = ['run', str(tmp_path / 'results'), '--person', 'p1', '--source', 'clip', *QUICK]
    assert trial.main(run) == 3
    assert 'Nothing was recorded.' in capsys.readouterr().out
    assert not (tmp_path / 'results').exists()


ERRORS = [
    (['run', 'DIR', '--person', 'p 1', '--source', 'clip'], "person 'p 1'"),
    (['run', 'DIR', '--person', 'p1', '--source', '/no/such.mp4'], '/no/such.mp4'),
    (['run', 'DIR', '--person', 'p1', '--conditions', 'asleep'], "condition 'asleep' is unknown"),
    (['run', 'DIR', '--person', 'p1', '--hold', '0'], 'hold 0: must be 0.1 to 60'),
    (['run', 'DIR', '--person', 'p1', '--texts', '/no/such.yaml'], 'texts /no/such.yaml'),
    (['run', 'DIR', '--person', 'p1', '--detector', 'eyes'], "face detector 'eyes'"),
    (['run', 'DIR', '--person', 'p1', '--model', '/no/such.onnx'], '/no/such.onnx'),
    (['report', 'DIR/none'], 'no such folder'),
    (['report', 'DIR'], 'no results in it'),
]


@pytest.mark.parametrize(('arguments', 'named'), ERRORS)
def test_what_is_wrong_is_one_line_that_names_it(tmp_path, agree, capsys, arguments, named):
    assert trial.main([word.replace('DIR', str(tmp_path)) for word in arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith('judy-trial: ') and named in error and error.count('\n') == 1


def test_the_sample_clip_is_no_camera(tmp_path, agree, capsys, monkeypatch):
    needs_portraits()
    monkeypatch.setattr('cp_xception_ros.vision.cameras.candidates', lambda: [])
    assert trial.main(['run', str(tmp_path), '--person', 'p1', *QUICK]) == 1
    assert 'no camera found: plug one in' in capsys.readouterr().err

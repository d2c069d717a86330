"""Leading a person through a trial, with people who are not there."""

import io
import json

from actors import Actor
import cv2
import numpy as np
import pytest

from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.resources import find
from cp_xception_ros.trial.keeper import RATE, Keeper
from cp_xception_ros.trial.plan import Task, plan
from cp_xception_ros.trial.screen import TerminalScreen, _has_windows, compose, window_possible
from cp_xception_ros.trial.session import ATTEMPTS, Session, Timing
from cp_xception_ros.trial.store import SessionFolder, TrialError, read_takes, takes_of
from cp_xception_ros.trial.take import ANSWERS, NO_FACE, Take, answer_of
from cp_xception_ros.trial.texts import TextsError, read_texts
from cp_xception_ros.trial.viewer import Look, Viewer
from cp_xception_ros.trial.voice import NoVoice
from cp_xception_ros.vision.cameras import EndOfSource

TEXTS = read_texts(find('config/trial.yaml'))
QUICK = Timing(prepare=0.2, countdown=0.2, hold=0.5)


def take(emotion='fear', answer='fear', condition='frontal', person='p1', **more):
    labels = more.pop('labels', {answer: 10})
    return Take(person, condition, emotion, 1.0, 2.0, labels, answer, (), **more)


class Voice(NoVoice):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def lead(actor, tasks, voice=None, person='p1'):
    """Return the takes of a session; 'the end' after them if the pictures end first."""
    takes = []
    session = Session(
        Viewer(actor, actor.pipeline),
        actor,
        voice or NoVoice(),
        TEXTS,
        QUICK,
        lambda look: None,
        takes.append,
    )
    try:
        session.run(person, tasks)
    except EndOfSource:
        takes.append('the end')
    return takes


def test_the_plan_has_each_expression_once_under_each_condition_in_an_order_of_ones_own():
    tasks = plan('p1', ['frontal', 'turned'])
    assert [task.condition for task in tasks] == ['frontal'] * 7 + ['turned'] * 7
    assert sorted(task.emotion for task in tasks[:7]) == sorted(EMOTIONS)
    assert tasks == plan('p1', ['frontal', 'turned']) != plan('p2', ['frontal', 'turned'])


def test_a_person_who_is_read_perfectly_has_everything_right():
    takes = lead(Actor(), plan('p1', list(TEXTS.conditions)))
    assert len(takes) == 28 and all(one.right for one in takes)
    assert {one.attempts for one in takes} == {1}
    assert all(one.end - one.start == pytest.approx(QUICK.hold) for one in takes)
    assert all(one.start > before.end for before, one in zip(takes, takes[1:], strict=False))
    assert all(max(one.probabilities) == pytest.approx(0.88) for one in takes)


def test_each_condition_and_each_expression_is_shown_and_said():
    actor, voice = Actor(), Voice()
    lead(actor, [Task('turned', 'fear'), Task('turned', 'anger')], voice)
    assert voice.said == [
        TEXTS.conditions['turned'],
        TEXTS.emotions['fear'],
        TEXTS.hold,
        TEXTS.relax,
        TEXTS.emotions['anger'],
        TEXTS.hold,
        TEXTS.relax,
        TEXTS.done,
    ]
    shown = [text for _, text in actor.shown if text]
    assert shown == voice.said


def test_nobody_in_view_is_told_and_waited_for():
    actor, voice = Actor(away=lambda number: number < 250), Voice()
    [one] = lead(actor, [Task('frontal', 'fear')], voice)
    assert voice.said.count(TEXTS.nobody) == 3  # at once, and every ten seconds
    assert one.right and one.start > 25


def test_a_face_that_gets_lost_is_asked_for_again():
    # Away in the first attempt, there in the second.
    actor, voice = Actor(away=lambda number: 14 <= number < 20), Voice()
    [one] = lead(actor, [Task('frontal', 'fear')], voice)
    assert voice.said.count(TEXTS.again) == 1
    assert one.right and one.attempts == 2


def test_a_face_that_is_never_found_counts_in_the_end():
    class Hidden(Actor):
        """Hides as soon as the expression is to be held."""

        def detect(self, bgr):
            hidden = self.shown and self.shown[-1][0] == 'FEAR'
            return [] if hidden else super().detect(bgr)

    [one] = lead(Hidden(), [Task('frontal', 'fear')])
    assert (one.answer, one.attempts) == (NO_FACE, ATTEMPTS)
    # The picture in which the words change was still taken before.
    assert one.pictures_seen <= 1


def test_what_was_done_before_the_pictures_end_is_there():
    takes = lead(Actor(pictures=25), plan('p1', ['frontal']))
    assert takes[-1] == 'the end' and 1 < len(takes) < 7


def test_the_longest_label_is_the_answer():
    assert answer_of({'fear': 3, 'anger': 5, 'uncertain': 4}) == 'anger'
    assert answer_of({'fear': 5, NO_FACE: 5}) == 'fear'
    assert answer_of({'fear': 4, NO_FACE: 6}) == NO_FACE
    assert answer_of({}) == NO_FACE
    assert answer_of({'uncertain': 1}) in ANSWERS


@pytest.mark.parametrize('wrong', [{'hold': 0.0}, {'countdown': -1.0}, {'prepare': 61.0}])
def test_times_out_of_range_are_named(wrong):
    [name] = wrong
    with pytest.raises(ValueError, match=f'^{name} '):
        Timing(**wrong)


def test_results_are_on_disk_at_once_and_read_again(tmp_path):
    folder = SessionFolder(tmp_path, 'p1', {'agreed_to': 'all'})
    takes = [take('fear', 'anger', labels={'anger': 9, NO_FACE: 1}), take('anger', 'anger')]
    for one in takes:
        folder.add(one)
    assert takes_of(tmp_path, 'p1') == takes == read_takes(tmp_path)
    assert json.loads((folder.path / 'session.json').read_text())['agreed_to'] == 'all'


def test_labels_are_those_that_judy_replay_reads(tmp_path):
    folder = SessionFolder(tmp_path, 'p1', {})
    folder.add(take('fear'))
    assert (folder.path / 'labels.csv').read_text().splitlines() == [
        'from,to,emotion,face,person,condition',
        '1.000,2.001,fear,,p1,frontal',
    ]


def test_a_second_session_goes_beside_the_first_and_its_results_win(tmp_path):
    SessionFolder(tmp_path, 'p1', {}).add(take('fear', 'anger'))
    second = SessionFolder(tmp_path, 'p1', {})
    second.add(take('fear', 'fear'))
    assert second.path.name == 'session-2'
    assert [one.answer for one in takes_of(tmp_path, 'p1')] == ['fear']


@pytest.mark.parametrize('name', ['', '../p1', 'a b', '-x', 'x' * 41, 'Zoë'])
def test_names_that_are_no_folder_are_refused(tmp_path, name):
    with pytest.raises(TrialError, match='person'):
        SessionFolder(tmp_path / 'results', name, {})
    assert not (tmp_path / 'results').exists()


@pytest.mark.parametrize('line', ['{', '{"person": "p1"}', '[]', '5'])
def test_a_damaged_result_is_named(tmp_path, line):
    folder = SessionFolder(tmp_path, 'p1', {})
    (folder.path / 'takes.jsonl').write_text(line + '\n')
    with pytest.raises(TrialError, match='takes.jsonl, line 1'):
        read_takes(tmp_path)


def test_the_video_keeps_to_the_time_of_the_session(tmp_path):
    path = tmp_path / 'pictures.mkv'
    with Keeper(path) as keeper:
        for number in range(11):  # ten a second, and every other one a little late
            grey = np.full((48, 64, 3), 20 * number, np.uint8)
            keeper.add(grey, number / 10 + 0.01 * (number % 2))
    video = cv2.VideoCapture(str(path))
    assert video.get(cv2.CAP_PROP_FPS) == RATE
    levels = []
    while (picture := video.read()[1]) is not None:
        levels.append(picture.mean())
    assert len(levels) == 31
    assert levels[15] == pytest.approx(100, abs=8) and levels[30] == pytest.approx(200, abs=8)


def a_look():
    return Look(0.0, np.zeros((48, 64, 3), np.uint8), [])


def test_the_terminal_counts_down_in_whole_seconds():
    stream = io.StringIO()
    screen = TerminalScreen(stream)
    for tenth in range(30, 0, -1):
        screen.show(a_look(), 'fear', 'Fear. Look as if.', tenth / 10)
    screen.show(a_look(), 'FEAR', 'Now.', 0.5)
    screen.close()
    assert stream.getvalue() == '\nfear        Fear. Look as if.\n 3 2 1\nFEAR        Now.\n 1\n'


def test_a_window_needs_a_display_and_an_opencv_that_can():
    assert not window_possible({})
    assert _has_windows('  GUI:    QT5\n') and not _has_windows('  GUI:    NONE\n')


def test_the_window_is_a_mirror_with_words_below():
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, :320] = 255
    shown = compose(picture, 'Müde', 'Straße ' * 40, 2.2)
    assert shown[360, 940].min() == 255 and shown[360, 20].max() == 0
    assert shown[730:, :].max() > 200


def test_our_texts_have_everything():
    assert list(TEXTS.conditions) == ['frontal', 'turned', 'hair', 'moving']
    assert list(TEXTS.emotions) == list(EMOTIONS)
    assert TEXTS.agrees(' Yes ') and not TEXTS.agrees('no') and not TEXTS.agrees('')
    assert 'No picture is kept' in TEXTS.consent_text(pictures_kept=False)
    assert 'PICTURES ARE KEPT' in TEXTS.consent_text(pictures_kept=True)


@pytest.mark.parametrize(
    ('old', 'new', 'problem'),
    [
        ('conditions:', 'conditions: [', 'not YAML'),
        ('language: en', 'language:', 'language: must be a text, not None'),
        ("agree: ['yes', 'y']", 'agree: [yes]', 'agree: must be a list of words in quotes'),
        ('  surprise:', '  surprised:', 'emotions.surprise: must be a text'),
        ('  hold: Now.', '  hold: 1', 'phrases.hold: must be a text, not 1'),
    ],
)
def test_what_is_wrong_in_a_file_of_texts_is_named(tmp_path, old, new, problem):
    path = tmp_path / 'trial.yaml'
    path.write_text(find('config/trial.yaml').read_text().replace(old, new))
    with pytest.raises(TextsError, match=problem):
        read_texts(path)

"""What becomes of a replay: people, labels, scores, thumbnails and the pieces of the timeline."""

import json

import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')

from bags import START

from cp_xception_ros.emotion.labels import EMOTIONS, UNCERTAIN
from cp_xception_ros.emotion.reader import Reading
from cp_xception_ros.emotion.smoothing import Smoothed
from cp_xception_ros.replay.engine import Seen
from cp_xception_ros.replay.labels import Label, LabelError, read_labels
from cp_xception_ros.replay.people import People
from cp_xception_ros.replay.runs import averaged, runs_of, spread, stretches
from cp_xception_ros.replay.score import score
from cp_xception_ros.replay.summary import score_lines
from cp_xception_ros.replay.thumbnails import Thumbnail, Thumbnails
from cp_xception_ros.replay.timeline import Title, draw_timeline
from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.finder import FoundFace

ANGER, HAPPY, SAD, NEUTRAL = (
    EMOTIONS.index(n) for n in ('anger', 'happiness', 'sadness', 'neutral')
)


def face(face_id: str, level: int = 100) -> FoundFace:
    crop = np.full((96, 96, 3), level, np.uint8)
    return FoundFace(face_id, Detection((10.0, 10.0, 50.0, 60.0), 0.9), crop)


def reading(label: int, frame: int | None = None) -> Reading:
    """Return a reading; the picture alone shows the same, or `frame`."""
    rows = []
    for one in (label, label if frame is None else frame):
        row = np.full(7, 0.05, np.float32)
        row[one if one != UNCERTAIN else NEUTRAL] = 0.7
        rows.append(row)
    return Reading(rows[1], Smoothed(rows[0], label, 0.7))


def people(*pictures, rate: float = 10.0) -> People:
    """Each picture is a list of (face id, label), the largest first."""
    everybody = People()
    for number, faces in enumerate(pictures):
        stamp = START + round(number / rate * 1e9)
        found = [face(face_id) for face_id, _ in faces]
        readings = [reading(label) for _, label in faces]
        everybody.add(Seen(stamp, stamp, 'camera', (480, 640), found, readings))
    return everybody


def alone(*labels) -> People:
    """One face that shows the labels; None: it is away."""
    return people(*([] if label is None else [('abcde', label)] for label in labels))


# People


def test_people_are_numbered_as_they_come():
    everybody = people([('aaaaa', HAPPY)], [], [('bbbbb', SAD), ('aaaaa', HAPPY)])
    assert [(p.number, p.face_id, len(p)) for p in everybody.everybody()] == [
        (1, 'aaaaa', 2),
        (2, 'bbbbb', 1),
    ]
    assert everybody.largest.tolist() == [1, 0, 2] and everybody.duration == pytest.approx(0.2)


def test_time_in_view_and_changes_leave_absences_out():
    everybody = alone(*[HAPPY] * 11, *[None] * 20, *[SAD] * 11)
    [person] = everybody.everybody()
    assert person.seconds_in_view == pytest.approx(2.0)
    assert person.changes_per_minute == pytest.approx(30.0)
    assert person.shares == {'happiness': 0.5, 'sadness': 0.5}


def test_a_glimpse_has_no_rate_of_changes():
    [person] = alone(HAPPY).everybody()
    assert person.changes_per_minute is None


def test_gaps_are_times_without_pictures():
    everybody = People()
    for number in [*range(10), *range(60, 70)]:
        stamp = START + number * 10**8
        everybody.add(Seen(stamp, stamp, '', (48, 64), [], []))
    [(begin, length)] = everybody.gaps
    assert (begin, length) == pytest.approx((0.9, 5.1))


def test_false_alarms_by_the_hundred_keep_no_crops():
    everybody = people(*([('aaaaa', HAPPY), (f'x{n:04d}', SAD)] for n in range(200)))
    albums = [p.number for p in everybody.everybody() if p.album is not None]
    assert len(albums) <= 25 and 1 in albums and 201 in albums


# Thumbnails


def test_crops_are_spread_over_any_length_and_the_surest_stay():
    album = Thumbnails()
    for second in range(5000):
        crop = np.full((1, 1, 3), second % 200, np.uint8)
        album.add(Thumbnail(float(second), HAPPY, 0.9 if second % 1000 == 7 else 0.5, crop))
    best = [album.best(start, start + 1000.0) for start in range(0, 5000, 1000)]
    assert [one.time for one in best] == [7, 1007, 2007, 3007, 4007]
    assert album.best(9000.0, 9999.0) is None


# Labels


def write(tmp_path, text):
    path = tmp_path / 'labels.csv'
    path.write_text(text)
    return path


def test_labels_are_read_in_the_order_of_their_times(tmp_path):
    path = write(tmp_path, 'from, to, emotion, face\n5,7.5,Sadness,2\n0,5,happiness,\n')
    assert read_labels(path) == [Label(0, 5, HAPPY), Label(5, 7.5, SAD, '2')]


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', "no column 'from'"),
        ('from,to\n1,2\n', "no column 'emotion'"),
        ('from,to,emotion\n', 'no line with a label'),
        ('from,to,emotion\n1,2,joy\n', "line 2: emotion 'joy' is not one of anger, disgust"),
        ('from,to,emotion\n1,x,fear\n', "line 2: to 'x' is not a number"),
        ('from,to,emotion\n1,inf,fear\n', "to 'inf' is not a number"),
        ('from,to,emotion\n1\n', 'line 2'),
        ('from,to,emotion\n3,2,fear\n', 'to 2 is not after from 3'),
        ('from,to,emotion\n1,3,fear\n2,4,anger\n', 'two labels for the largest face at 2 s'),
        ('from,to,emotion,face\n1,3,fear,1\n2,4,anger,1\n', 'two labels for face 1 at 2 s'),
    ],
)
def test_labels_that_cannot_be_used_are_named(tmp_path, text, words):
    with pytest.raises(LabelError) as caught:
        read_labels(write(tmp_path, text))
    assert words in str(caught.value) and 'labels.csv' in str(caught.value)


def test_a_missing_file_of_labels_is_named(tmp_path):
    with pytest.raises(LabelError, match=r'nothing\.csv'):
        read_labels(tmp_path / 'nothing.csv')


# Scores


def test_accuracy_counts_the_found_faces_and_detection_the_others():
    everybody = alone(HAPPY, HAPPY, SAD, UNCERTAIN, None, HAPPY, HAPPY, None, HAPPY, HAPPY)
    result = score(everybody, [Label(0, 1, HAPPY)])
    assert result.pictures == 10 and result.detection_rate == pytest.approx(0.8)
    assert result.accuracy == pytest.approx(6 / 8)
    assert result.confusion[HAPPY].tolist() == [0, 0, 0, 6, 1, 0, 0, 1, 2]
    assert result.recall == {'happiness': pytest.approx(0.75)}


def test_only_labelled_times_count():
    everybody = alone(*[SAD] * 10, *[HAPPY] * 10)
    result = score(everybody, [Label(1.0, 2.0, HAPPY)])
    assert result.pictures == 10 and result.accuracy == 1.0


def test_pictures_alone_are_scored_beside_the_smoothed():
    everybody = People()
    for number in range(4):
        stamp = START + number * 10**8
        one = reading(HAPPY, frame=HAPPY if number else SAD)
        everybody.add(Seen(stamp, stamp, '', (48, 64), [face('aaaaa')], [one]))
    result = score(everybody, [Label(0, 1, HAPPY)])
    assert (result.accuracy, result.frame_accuracy) == (1.0, 0.75)


def test_the_time_to_the_right_answer_begins_with_the_change():
    everybody = alone(*[HAPPY] * 13, *[SAD] * 7)
    result = score(everybody, [Label(0, 1, HAPPY), Label(1, 2, SAD)])
    assert result.times_to_right == pytest.approx((0.0, 0.3))
    assert result.time_to_right == pytest.approx(0.15) and result.never == 0


def test_a_face_that_comes_later_is_not_late():
    result = score(alone(*[None] * 5, SAD, *[HAPPY] * 4), [Label(0, 1, HAPPY)])
    assert result.times_to_right == pytest.approx((0.1,))


def test_an_answer_that_never_comes_is_counted():
    result = score(alone(*[SAD] * 10), [Label(0, 1, HAPPY)])
    assert result.never == 1 and result.time_to_right is None


def test_the_same_label_again_is_no_change():
    labels = [Label(0, 0.5, HAPPY), Label(0.5, 1, HAPPY)]
    assert len(score(alone(*[HAPPY] * 10), labels).times_to_right) == 1


def test_flicker_is_counted_in_changes_a_minute_of_labelled_faces():
    everybody = alone(*[HAPPY, SAD] * 10, HAPPY)
    result = score(everybody, [Label(0, 10, HAPPY)])
    assert result.flicker == pytest.approx(20 / (2 / 60))


def test_labels_name_faces_by_number_or_id_or_mean_the_largest():
    everybody = people(*[[('aaaaa', HAPPY), ('bbbbb', SAD)]] * 10)
    for name, emotion in (('1', HAPPY), ('bbbbb', SAD), ('2', SAD), ('', HAPPY)):
        assert score(everybody, [Label(0, 1, emotion, name)]).accuracy == 1.0
    with pytest.raises(LabelError, match=r"no face '3' .* 1 \(aaaaa\), 2 \(bbbbb\)"):
        score(everybody, [Label(0, 1, SAD, '3')])


def test_nobody_at_all_is_a_detection_rate_of_zero():
    result = score(alone(*[None] * 10), [Label(0, 1, HAPPY)])
    assert result.detection_rate == 0.0 and result.accuracy is None and result.flicker is None


def test_labels_beyond_the_recording_count_nothing():
    result = score(alone(HAPPY), [Label(100, 200, HAPPY)])
    assert result.pictures == 0 and result.detection_rate is None


def test_a_score_is_told_in_lines_and_in_json():
    result = score(alone(*[HAPPY] * 9, None), [Label(0, 1, HAPPY)])
    text = '\n'.join(score_lines(result))
    assert 'right: 100.0%' in text and 'face found in 90.0%' in text
    assert 'happiness         9         1' in text
    assert json.loads(json.dumps(result.as_dict()))['confusion']['happiness']['no face'] == 1


# The pieces of the timeline


def test_a_series_is_cut_where_something_is_missing():
    times = np.array([0.0, 0.1, 0.2, 3.0, 3.1, 1.0])
    assert [times[part].tolist() for part in stretches(times)] == [
        [0.0, 0.1, 0.2],
        [3.0, 3.1],
        [1.0],
    ]
    assert stretches(np.array([])) == []


def test_runs_end_where_the_next_begins():
    runs = runs_of(np.array([0.0, 1.0, 2.0, 3.0]), np.array([5, 5, 6, 6]))
    assert runs == [(0.0, 2.0, 5), (2.0, 3.0, 6)]


def test_averages_keep_the_mean():
    times, values = averaged(np.arange(10) * 0.1, np.arange(10.0)[:, None], 0.5001)
    np.testing.assert_allclose(times, [0.25, 0.75])
    np.testing.assert_allclose(values[:, 0], [2.5, 7.5])


def test_things_side_by_side_do_not_overlap_and_stay_inside():
    lefts = spread(np.array([0.0, 0.1, 9.9, 10.0]), 1.0, 10.0)
    assert lefts.tolist() == [0.0, 1.0, 8.0, 9.0]


@pytest.mark.parametrize('labels', [[], [Label(0, 2, HAPPY), Label(2, 3, SAD, '1')]])
def test_a_timeline_is_drawn(tmp_path, labels):
    pytest.importorskip('matplotlib')
    cv2 = pytest.importorskip('cv2')
    path = tmp_path / 'timeline.png'
    everybody = people(*[[('aaaaa', HAPPY)], [('aaaaa', UNCERTAIN), ('bbbbb', SAD)]] * 15)
    draw_timeline(path, everybody, labels, Title('visit', 'facts', 'result'))
    picture = cv2.imread(str(path))
    assert picture.shape[1] == 2100
    # Happiness in its colour, somewhere.
    assert (np.abs(picture.astype(int) - (0x3A, 0xB5, 0xF2)).max(axis=2) < 8).mean() > 0.01


@pytest.mark.parametrize('pictures', [[[]], [[]] * 5, [[('aaaaa', HAPPY)]]])
def test_a_timeline_of_next_to_nothing_is_drawn(tmp_path, pictures):
    pytest.importorskip('matplotlib')
    path = tmp_path / 'timeline.png'
    draw_timeline(path, people(*pictures), [], Title('visit', ''))
    assert path.stat().st_size > 1000

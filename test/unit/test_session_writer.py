"""Recordings of a session: limits, names and what is on the disk."""

import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')

from bags import COMPRESSED, START, STEP, cdr, grey, jpeg
import numpy as np

from cp_xception_ros.replay.session_writer import SessionFull, SessionWriter
from cp_xception_ros.vision.bags.bag import Bag
from cp_xception_ros.vision.bags.damaged_mcap import DamagedMcap
from cp_xception_ros.vision.bags.pictures import choose_topic

TOPIC = '/image_raw/compressed'
TOPICS = {TOPIC: COMPRESSED, '/faces': 'cp_xception_msgs/msg/FaceArray'}


def fill(session, count, level=0):
    for number in range(count):
        session.write(TOPIC, START + number * STEP, cdr(jpeg(grey(level), START)))


def test_what_was_written_can_be_read(tmp_path):
    session = SessionWriter(tmp_path / 'new', TOPICS, 10**8)
    fill(session, 5)
    session.close()
    bag = Bag(session.folder)
    assert choose_topic(bag).count == 5 == session.messages
    assert session.folder.parent == tmp_path / 'new' and session.folder.name.startswith('judy_2')


def test_it_never_grows_beyond_its_limit(tmp_path):
    session = SessionWriter(tmp_path, TOPICS, 10_000_000)
    rng = np.random.default_rng(0)
    with pytest.raises(SessionFull, match='limit of 10 MB'):
        for number in range(1000):
            noise = rng.integers(0, 256, (240, 320, 3), np.uint8)
            session.write(TOPIC, START + number, cdr(jpeg(noise, START)))
    session.close()
    assert 4_000_000 < session.size < 10_000_000
    assert choose_topic(Bag(session.folder)).count == session.messages


def test_two_recordings_in_a_second_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr('time.strftime', lambda form: 'judy_now')
    folders = [SessionWriter(tmp_path, TOPICS, 10**8).folder.name for _ in range(3)]
    assert folders == ['judy_now', 'judy_now_2', 'judy_now_3']


def test_after_the_end_nothing_is_written(tmp_path):
    session = SessionWriter(tmp_path, TOPICS, 10**8)
    session.close()
    fill(session, 1)
    session.close()
    assert session.messages == 0


def test_a_recording_that_was_not_ended_can_be_read(tmp_path):
    session = SessionWriter(tmp_path, TOPICS, 10**8)
    rng = np.random.default_rng(0)
    for number in range(60):
        noise = rng.integers(0, 256, (240, 320, 3), np.uint8)
        session.write(TOPIC, START + number, cdr(jpeg(noise, START)))
    warnings = []
    [topic] = [
        topic
        for topic in DamagedMcap(
            session.folder / f'{session.folder.name}.mcap', warnings.append
        ).topics
        if topic.name == TOPIC
    ]
    assert 0 < topic.count < 60 and 'cut off' in warnings[0]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='file'):
        SessionWriter(tmp_path / 'file', TOPICS, 10**8)

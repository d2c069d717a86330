"""How pictures of other people's cameras are taken in, and what is said when they do not come."""

import numpy as np
import pytest
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from cp_xception_ros.nodes import image_input, wire
from cp_xception_ros.nodes.health import ERROR, OK, WARN
from cp_xception_ros.nodes.image_input import ImageInput

PICTURE = wire.image(np.zeros((24, 32, 3), np.uint8), Header(stamp=wire.time(1.0)))
RELIABLE = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
BEST_EFFORT = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


class Input:
    def __init__(self, ros, reliability='auto', transport='raw'):
        self.got = []
        self.input = ImageInput(ros.tester, 'image_raw', transport, reliability, self.got.append)

    def reliability(self):
        return self.input.health().values['image_reliability']


@pytest.mark.parametrize('offer', [RELIABLE, BEST_EFFORT])
def test_auto_takes_what_the_camera_offers(ros, offer):
    subscriber = Input(ros)
    publisher = ros.tester.create_publisher(Image, 'image_raw', offer)
    ros.until(lambda: len(subscriber.got) > 3, each=lambda: publisher.publish(PICTURE))
    expected = 'reliable' if offer is RELIABLE else 'best effort'
    assert subscriber.reliability() == expected
    assert subscriber.input.health().level == OK


def test_auto_follows_a_camera_that_is_exchanged(ros):
    subscriber = Input(ros)
    for offer in (RELIABLE, BEST_EFFORT, RELIABLE):
        publisher = ros.tester.create_publisher(Image, 'image_raw', offer)
        before = len(subscriber.got)
        ros.until(
            lambda before=before: len(subscriber.got) > before + 3,
            each=lambda publisher=publisher: publisher.publish(PICTURE),
        )
        ros.tester.destroy_publisher(publisher)


def test_one_best_effort_camera_among_reliable_ones_decides(ros):
    subscriber = Input(ros)
    ros.tester.create_publisher(Image, 'image_raw', RELIABLE)
    ros.tester.create_publisher(Image, 'image_raw', BEST_EFFORT)
    ros.until(lambda: subscriber.reliability() == 'best effort')


def test_a_fixed_reliability_stays(ros):
    subscriber = Input(ros, 'reliable')
    ros.tester.create_publisher(Image, 'image_raw', BEST_EFFORT)
    ros.spin(1.5)
    assert subscriber.reliability() == 'reliable'


def test_silence_is_told_with_the_topics_that_do_have_pictures(ros, monkeypatch):
    monkeypatch.setattr(image_input, 'SILENCE', 0.5)
    subscriber = Input(ros)
    ros.tester.create_publisher(Image, '/other/camera/image', RELIABLE)
    ros.until(lambda: subscriber.input.health().level == WARN)
    message = subscriber.input.health().message
    assert message.startswith('no pictures on /image_raw')
    assert '/other/camera/image' in message


def test_silence_of_a_best_effort_camera_is_told_sooner_with_the_cure(ros, monkeypatch):
    monkeypatch.setattr(image_input, 'SILENCE', 1000.0)
    monkeypatch.setattr(image_input, 'LOST_AFTER', 0.5, raising=False)
    subscriber = Input(ros)
    ros.tester.create_publisher(Image, 'image_raw', BEST_EFFORT)
    ros.until(lambda: subscriber.input.health().level == ERROR)
    assert 'if its camera is on: best effort loses' in subscriber.input.health().message


def test_loss_is_told_with_its_cure(ros):
    subscriber = Input(ros, 'best_effort')

    class Lost:
        total_count_change = 20

    subscriber.input._count_lost(Lost())
    health = subscriber.input.health()
    assert health.level == ERROR
    assert 'get lost on the way' in health.message
    assert 'fastdds_shm.xml' in health.message and 'compressed' in health.message


def test_silence_of_compressed_pictures_is_not_taken_for_loss(ros, monkeypatch):
    monkeypatch.setattr(image_input, 'SILENCE', 1.0)
    subscriber = Input(ros, 'best_effort', 'compressed')
    ros.tester.create_publisher(CompressedImage, 'image_raw/compressed', BEST_EFFORT)
    ros.until(lambda: subscriber.input.health().level == WARN)
    assert 'lost' not in subscriber.input.health().message

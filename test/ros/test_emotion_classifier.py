"""The emotion_classifier node on real DDS: faces in, one emotion for each out."""

from cp_xception_msgs.msg import EmotionStamped, FaceArray
import numpy as np
import pytest
from std_msgs.msg import Header

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.emotion_classifier import EmotionClassifierNode
from cp_xception_ros.vision.detector import Detection
from cp_xception_ros.vision.finder import FoundFace

HAPPY = np.array([0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02], np.float32)
SAD = np.roll(HAPPY, 1)


class ByBrightness:
    """Calls bright faces happy and dark ones sad, and remembers how it was asked."""

    name = 'brightness 1.0'

    def __init__(self):
        self.batches = []

    def classify(self, faces):
        self.batches.append(len(faces))
        return np.array([HAPPY if face.mean() > 128 else SAD for face in faces])


def face(name, brightness):
    crop = np.full((96, 96, 3), brightness, np.uint8)
    return FoundFace(name, Detection((10.0, 10.0, 50.0, 50.0), 0.9, None), crop)


class Bench:
    def __init__(self, ros, **parameters):
        self.ros, self.classifier = ros, ByBrightness()
        self.node = ros.make(
            lambda **options: EmotionClassifierNode(self.classifier, **options), **parameters
        )
        self.emotions = ros.collect(EmotionStamped, 'emotion', qos.EVENT)
        self.publisher = ros.tester.create_publisher(FaceArray, 'faces', qos.FACES)
        self.stamp = 1000.0
        ros.until(
            lambda: (
                self.publisher.get_subscription_count() and self.node.count_subscribers('emotion')
            )
        )

    def message(self, faces, stamp=None):
        self.stamp = self.stamp + 0.1 if stamp is None else stamp
        return wire.face_array((480, 640), faces, Header(stamp=wire.time(self.stamp)))

    def show(self, faces):
        """Publish one array; return the emotions that come of it."""
        before = len(self.emotions)
        self.publisher.publish(self.message(faces))
        self.ros.until(lambda: len(self.emotions) >= before + len(faces))
        return self.emotions[before:]


def test_every_face_gets_its_emotion_in_one_batch(ros):
    bench = Bench(ros)
    bright, dark = bench.show([face('aaaaa', 250), face('bbbbb', 5)])
    assert (bright.face_id, bright.name) == ('aaaaa', 'happiness')
    assert (dark.face_id, dark.name) == ('bbbbb', 'sadness')
    assert bench.classifier.batches == [2]
    assert bright.model == 'brightness 1.0'
    assert wire.seconds(bright.header.stamp) == pytest.approx(bench.stamp)
    assert bright.roi.width == 50
    assert np.allclose(bright.frame_probabilities, HAPPY)
    assert bright.valence > 0 > dark.valence
    assert bright.processing_time.sec == 0 and bright.processing_time.nanosec > 0


def test_smoothing_goes_by_the_stamps_of_the_pictures(ros):
    bench = Bench(ros, time_constant=1.0)
    for _ in range(3):
        bench.show([face('aaaaa', 250)])
    [after] = bench.show([face('aaaaa', 5)])
    # 0.1 s of a second: 9.5 % of the way from happiness to sadness.
    assert after.name == 'happiness'
    assert after.probabilities[3] == pytest.approx(0.88 - 0.0952 * 0.86, abs=0.01)
    assert np.allclose(after.frame_probabilities, SAD)


def test_an_empty_array_gives_no_emotion_and_no_error(ros):
    bench = Bench(ros)
    bench.publisher.publish(bench.message([]))
    assert len(bench.show([face('aaaaa', 250)])) == 1
    assert bench.node._errors.total == 0


@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        (lambda m: setattr(m.faces[0].crop, 'encoding', '16UC1'), '16UC1'),
        (lambda m: setattr(m.faces[0].crop, 'step', 7), 'step 7'),
        (lambda m: setattr(m.faces[0].crop, 'data', b''), 'bytes of data'),
        (lambda m: setattr(m.header.stamp, 'nanosec', 1_500_000_000), '1500000000 nanoseconds'),
        (lambda m: setattr(m.header.stamp, 'sec', 3), 'backwards'),
    ],
)
def test_a_bad_array_is_counted_named_and_survived(ros, spoil, words):
    bench = Bench(ros)
    bench.show([face('aaaaa', 250)])
    message = bench.message([face('aaaaa', 250)])
    spoil(message)
    bench.publisher.publish(message)
    ros.until(lambda: bench.node._errors.total)
    assert words in bench.node._last_error
    assert len(bench.show([face('aaaaa', 250)])) == 1


def test_rgb_and_grey_crops_are_taken_too(ros):
    bench = Bench(ros)
    message = bench.message([face('aaaaa', 250), face('bbbbb', 250)])
    message.faces[0].crop.encoding = 'rgb8'
    grey = message.faces[1].crop
    grey.encoding, grey.step, grey.data = 'mono8', 96, bytes([250]) * 96 * 96
    bench.publisher.publish(message)
    ros.until(lambda: len(bench.emotions) == 2)
    assert {emotion.name for emotion in bench.emotions} == {'happiness'}

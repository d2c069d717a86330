"""The recorder node on real DDS, and its recording through judy-replay."""

import json

from builtin_interfaces.msg import Time
import pytest
from std_msgs.msg import Header

from cp_xception_ros.cli.replay import main as replay
from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.nodes.errors import ConfigError
from cp_xception_ros.nodes.recorder import RecorderNode
from cp_xception_ros.replay.messages import typestore
from cp_xception_ros.vision.clip import ClipRenderer, load_collins, load_hopper

pytest.importorskip('skimage', reason='the sample clip needs the extra demo')
rosbags = pytest.importorskip('rosbags.rosbag2', reason='rosbags is not installed')

KEY = 'sk-do-not-write-this-anywhere'
WORDS = {
    'speech/typed': wire.String(data='typed words'),
    'speech/transcript': wire.Utterance(text='spoken words', final=True),
    'dialogue/reply': wire.Reply(text='a reply'),
}
PROFILES = {'dialogue/reply': qos.REPLY}


class Session:
    """A recorder, and everybody whom it records."""

    def __init__(self, ros, folder, **parameters):
        self.ros = ros
        self.states = ros.collect(wire.Bool, 'recorder/recording', qos.STATE)
        make = ros.tester.create_publisher
        self.pictures = make(wire.Image, 'image_raw', qos.IMAGE_OUT)
        self.words = {
            topic: make(type(message), topic, PROFILES.get(topic, qos.EVENT))
            for topic, message in WORDS.items()
        }
        self.node = ros.make(RecorderNode, folder=str(folder), **parameters)
        publishers = (self.pictures, *self.words.values())
        ros.until(lambda: all(p.get_subscription_count() for p in publishers))
        ros.until(lambda: self.states)

    def show(self, bgr, number):
        stamp = Time(sec=1000, nanosec=number * 33_000_000)
        self.pictures.publish(wire.image(bgr, Header(stamp=stamp, frame_id='eye')))

    def set(self, on):
        client = self.ros.tester.create_client(wire.SetBool, 'recorder/set_recording')
        self.ros.until(client.service_is_ready)
        answer = client.call_async(wire.SetBool.Request(data=on))
        self.ros.until(answer.done)
        return answer.result()

    def messages(self):
        return int(self.node.health().values['messages'])


@pytest.fixture(scope='module')
def clip():
    return ClipRenderer(load_collins(), load_hopper())


def test_nothing_is_recorded_until_somebody_asks(ros, tmp_path):
    session = Session(ros, tmp_path / 'new')
    for topic, message in WORDS.items():
        session.words[topic].publish(message)
    ros.spin(0.3)
    assert session.states[-1].data is False
    assert not (tmp_path / 'new').exists() and session.messages() == 0


def test_a_session_is_recorded_and_can_be_replayed(ros, tmp_path, clip, monkeypatch, capsys):
    monkeypatch.setenv('DEEPSEEK_API_KEY', KEY)
    session = Session(ros, tmp_path)
    answer = session.set(True)
    assert answer.success and 'RECORDING pictures and words into' in answer.message
    ros.until(lambda: session.states[-1].data)
    for number in range(5):
        session.show(clip.render(12.2 + number / 30), number)
        ros.until(lambda count=number: session.messages() > count)
    for topic, message in WORDS.items():
        session.words[topic].publish(message)
    ros.until(lambda: session.messages() == 5 + len(WORDS))
    answer = session.set(False)
    assert answer.success and 'recorded 8 messages' in answer.message
    ros.until(lambda: not session.states[-1].data)

    [folder] = tmp_path.iterdir()
    with rosbags.Reader(folder) as reader:
        texts = {
            link.topic: getattr(message, 'text', '') or getattr(message, 'data', '')
            for link, _, data in reader.messages()
            if (message := typestore().deserialize_cdr(data, link.msgtype))
        }
    assert texts['/speech/typed'] == 'typed words'
    assert texts['/speech/transcript'] == 'spoken words'
    assert texts['/dialogue/reply'] == 'a reply'
    assert not any(KEY.encode() in path.read_bytes() for path in folder.iterdir())

    out = tmp_path / 'out'
    assert replay([str(folder), '--detector', 'cascade', '--out', str(out)]) == 0
    summary = json.loads((out / 'summary.json').read_text())
    assert (summary['pictures'], summary['topic']) == (5, '/image_raw/compressed')
    assert summary['faces']


def test_it_ends_when_it_is_full(ros, tmp_path, clip):
    session = Session(ros, tmp_path, max_megabytes=10, jpeg_quality=100, recording=True)
    ros.until(lambda: session.states[-1].data)
    number = iter(range(10_000))
    ros.until(
        lambda: not session.states[-1].data, lambda: session.show(clip.render(12.0), next(number))
    )
    [file] = tmp_path.glob('*/*.mcap')
    assert file.stat().st_size < 10_000_000


def test_ending_the_node_ends_the_recording(ros, tmp_path):
    session = Session(ros, tmp_path, recording=True)
    session.words['speech/typed'].publish(WORDS['speech/typed'])
    ros.until(lambda: session.messages() == 1)
    session.node.close()
    assert session.node.join(5.0)
    assert list(tmp_path.glob('*/metadata.yaml'))


def test_a_folder_that_cannot_be_written_stops_the_node_with_one_line(ros, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(ConfigError, match='recorder: .*file'):
        ros.make(RecorderNode, folder=str(tmp_path / 'file'), recording=True)


def test_judy_says_it_aloud_and_in_her_disclosure(ros, tmp_path):
    replies = ros.collect(wire.Reply, 'dialogue/reply', qos.REPLY)
    disclosures = ros.collect(wire.String, 'dialogue/disclosure', qos.STATE)
    ros.make(DialogueManagerNode, base_url='', seed=1)
    ros.until(lambda: disclosures)
    assert 'No picture is kept' in disclosures[-1].data
    session = Session(ros, tmp_path)
    session.set(True)
    ros.until(lambda: any('record' in reply.text for reply in replies))
    ros.until(lambda: 'are recorded and kept' in disclosures[-1].data)
    session.set(False)
    ros.until(lambda: 'No picture is kept' in disclosures[-1].data)

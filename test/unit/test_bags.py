"""Pictures out of recordings: every storage, every damage."""

import contextlib
import sqlite3
import struct

import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')

from bags import (
    IMAGE,
    START,
    STEP,
    TYPES,
    BagBuilder,
    cdr,
    compressed,
    cut,
    grey,
    image,
    jpeg,
    numbered,
    part,
    write_bag,
)
from rosbags.typesys import Stores, get_typestore

from cp_xception_ros.vision.bags.bag import Bag, is_bag
from cp_xception_ros.vision.bags.damaged_mcap import CHANNEL, FOOTER, SCHEMA, DamagedMcap
from cp_xception_ros.vision.bags.pictures import choose_topic, decode
from cp_xception_ros.vision.image import ImageError
from cp_xception_ros.vision.sources.base import BadSource

STORAGES = ['mcap', 'sqlite3']
ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'


def levels(bag, topic='') -> list[int]:
    """Return the grey level of each picture."""
    chosen = choose_topic(bag, topic)
    return [int(decode(chosen.kind, data).bgr[5, 5, 0]) for _, data in bag.messages(chosen.name)]


def read(path, warnings=None) -> list[int]:
    bag = Bag(path, (warnings if warnings is not None else []).append)
    try:
        return levels(bag)
    finally:
        bag.close()


EXPECTED = [5 * n for n in range(50)]


@pytest.mark.parametrize('place', ['folder', 'file'])
@pytest.mark.parametrize('make', [image, jpeg])
@pytest.mark.parametrize(
    ('storage', 'compression'),
    [
        ('mcap', ''),
        ('mcap', 'storage'),
        ('mcap', 'message'),
        ('mcap', 'file'),
        ('sqlite3', ''),
        ('sqlite3', 'message'),
        ('sqlite3', 'file'),
    ],
)
def test_every_storage_gives_its_pictures(tmp_path, storage, compression, make, place):
    path = write_bag(
        tmp_path / 'bag', numbered(50), make=make, storage=storage, compression=compression
    )
    warnings = []
    assert read(part(path) if place == 'file' else path, warnings) == EXPECTED
    assert not warnings


def test_stamp_frame_and_time_are_those_of_the_recording(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.add('/image_raw', image(grey(7), START), time=START + 5)
    bag = Bag(builder.close())
    [(time, data)] = bag.messages('/image_raw')
    picture = decode(IMAGE, data)
    assert (time, picture.stamp, picture.frame_id) == (START + 5, START, 'camera')


@pytest.mark.parametrize('little_endian', [True, False])
@pytest.mark.parametrize('make', [image, jpeg])
def test_both_byte_orders_are_read(make, little_endian):
    message = make(grey(90), START)
    picture = decode(message.__msgtype__, cdr(message, little_endian))
    assert picture.stamp == START and picture.bgr[3, 3, 1] == 90


@pytest.mark.parametrize('store', [s for s in Stores if s.name.startswith('ROS2')])
def test_pictures_of_every_distribution_are_the_same(store):
    types = get_typestore(store)
    message = image(grey(60), START)
    data = bytes(types.serialize_cdr(message, IMAGE))
    assert decode(IMAGE, data).bgr[0, 0, 0] == 60


@pytest.mark.parametrize('storage', STORAGES)
def test_several_picture_topics_have_to_be_told_apart(tmp_path, storage):
    builder = BagBuilder(tmp_path / 'bag', storage)
    builder.pictures('/left/image_raw', numbered(3))
    builder.pictures('/right/image_raw', numbered(5))
    bag = Bag(builder.close())
    with pytest.raises(BadSource) as caught:
        choose_topic(bag)
    for words in ('/left/image_raw (3 pictures), /right/image_raw (5 pictures)', '--topic /left'):
        assert words in str(caught.value)
    assert levels(bag, 'right/image_raw') == [0, 5, 10, 15, 20]
    with pytest.raises(BadSource, match=r'no pictures on /up; .* /left/image_raw'):
        choose_topic(bag, '/up')


def test_topics_without_pictures_and_distances_do_not_count(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.topic('/empty', IMAGE)
    builder.add('/depth/compressedDepth', compressed(b'x', START, '16UC1; compressedDepth png'))
    builder.pictures('/image_raw', numbered(3))
    assert levels(Bag(builder.close())) == [0, 5, 10]


@pytest.mark.parametrize('storage', STORAGES)
@pytest.mark.parametrize('topic', ['', '/image_raw'])
def test_a_recording_of_no_pictures_is_refused(tmp_path, storage, topic):
    bag = Bag(write_bag(tmp_path / 'bag', [], storage=storage))
    with pytest.raises(BadSource, match='no pictures on /image_raw'):
        choose_topic(bag, topic)


def test_a_recording_without_picture_topics_lists_what_it_has(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.add('/secret', TYPES.types['my_robot_msgs/msg/Secret'](number=1), time=START)
    with pytest.raises(BadSource, match=r'it has: /secret \(my_robot_msgs/msg/Secret\)'):
        choose_topic(Bag(builder.close()))


@pytest.mark.parametrize('compression', ['', 'storage'])
@pytest.mark.parametrize('place', ['folder', 'file'])
def test_an_mcap_file_that_is_cut_off_gives_everything_up_to_the_cut(tmp_path, compression, place):
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (120, 160, 3), np.uint8) for _ in range(60)]
    for number, picture in enumerate(noise):
        picture[5, 5] = number
    path = write_bag(tmp_path / 'bag', noise, compression=compression)
    cut(part(path), 0.5)
    warnings = []
    found = read(path if place == 'folder' else part(path), warnings)
    # Noise does not get smaller: half of the file is half of the pictures, less a block of zstd.
    assert found == list(range(len(found))) and 27 <= len(found) <= 30
    assert len(warnings) == 1 and f'{len(found)} messages before that can be read' in warnings[0]


def test_an_mcap_file_may_be_cut_off_anywhere(tmp_path):
    file = part(write_bag(tmp_path / 'bag', numbered(4), make=jpeg))
    data = file.read_bytes()
    lengths = []
    for length in range(0, len(data), 97):
        file.write_bytes(data[:length])
        try:
            lengths.append(len(read(file)))
        except BadSource:
            lengths.append(0)
    assert lengths == sorted(lengths) and lengths[0] == 0 and lengths[-1] == 4


@pytest.mark.parametrize('storage', STORAGES)
def test_spoilt_bytes_anywhere_never_break_the_reader(tmp_path, storage):
    file = part(write_bag(tmp_path / 'bag', numbered(20), make=jpeg, storage=storage))
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 20):
            data[place] = rng.integers(256)
        file.write_bytes(data)
        try:
            bag = Bag(file, lambda text: None)
            topic = choose_topic(bag)
        except BadSource as error:
            assert '\n' not in str(error)
            continue
        for _, message in bag.messages(topic.name):
            with contextlib.suppress(ImageError):
                decode(topic.kind, message)
        bag.close()


def test_a_damaged_chunk_costs_only_itself(tmp_path):
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 256, (240, 320, 3), np.uint8) for _ in range(24)]
    for number, picture in enumerate(noise):
        picture[5, 5] = number
    file = part(write_bag(tmp_path / 'bag', noise, compression='storage'))
    data = bytearray(file.read_bytes())
    second = data.index(ZSTD_MAGIC, data.index(ZSTD_MAGIC) + 4)
    data[second : second + 100] = bytes(100)
    file.write_bytes(data)
    warnings = []
    found = read(file, warnings)
    assert found[0] == 0 and found[-1] == 23 and 18 <= len(found) < 24
    assert found == sorted(found) and warnings


@pytest.mark.parametrize('encoding', ['protobuf', 'jsonschema'])
def test_channels_of_other_formats_beside_the_pictures_do_no_harm(tmp_path, encoding):
    builder = BagBuilder(tmp_path / 'bag')
    builder.pictures('/image_raw', numbered(3))
    builder.add('/secret', TYPES.types['my_robot_msgs/msg/Secret'](number=1), time=START)
    file = part(builder.close())
    old, new = (struct.pack('<I', len(name)) + name for name in (b'ros2msg', encoding.encode()))
    data = file.read_bytes()
    # The first schema of the chunk is the pictures'; the rest of the file need not be true.
    place = data.rindex(old)
    file.write_bytes(data[:place] + new + data[place + len(old) :])
    assert read(file) == [0, 5, 10]


def test_an_mcap_file_of_another_profile_is_read(tmp_path):
    file = part(write_bag(tmp_path / 'bag', numbered(3)))
    data = file.read_bytes()
    file.write_bytes(data.replace(b'\x04\0\0\0ros2', b'\x04\0\0\0    ', 1))
    warnings = []
    assert read(file, warnings) == [0, 5, 10] and not warnings


def test_an_index_without_topics_is_done_without(tmp_path):
    file = part(write_bag(tmp_path / 'bag', numbered(3)))
    data = bytearray(file.read_bytes())
    (place,) = struct.unpack_from('<Q', data, len(data) - 28)
    while data[place] != FOOTER:
        if data[place] in (SCHEMA, CHANNEL):
            data[place] = 0x80  # of no meaning to anybody
        place += 9 + struct.unpack_from('<Q', data, place + 1)[0]
    file.write_bytes(data)
    warnings = []
    assert read(file, warnings) == [0, 5, 10] and not warnings


def test_the_scan_of_a_whole_file_finds_what_the_index_says(tmp_path):
    file = part(write_bag(tmp_path / 'bag', numbered(50), compression='storage'))
    warnings = []
    scan = DamagedMcap(file, warnings.append)
    assert [topic.count for topic in scan.topics] == [50] and not warnings
    assert list(scan.messages('/image_raw')) == list(Bag(file).messages('/image_raw'))


@pytest.mark.parametrize('qos', ['', ', offered_qos_profiles TEXT'])
def test_an_sqlite_file_of_an_old_distribution_is_read(tmp_path, qos):
    file = tmp_path / 'foxy_0.db3'
    database = sqlite3.connect(file)
    database.executescript(
        'CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, '
        f'serialization_format TEXT{qos}); CREATE TABLE messages(id INTEGER PRIMARY KEY, '
        'topic_id INTEGER, timestamp INTEGER, data BLOB);'
    )
    topic = (1, '/image_raw', IMAGE, 'cdr', *([''] if qos else []))
    database.execute(f'INSERT INTO topics VALUES ({",".join("?" * len(topic))})', topic)
    for number, picture in enumerate(numbered(3)):
        row = (1, START + number, cdr(image(picture, START)))
        database.execute('INSERT INTO messages (topic_id, timestamp, data) VALUES (?, ?, ?)', row)
    database.commit()
    database.close()
    warnings = []
    assert read(file, warnings) == [0, 5, 10] and not warnings


@pytest.mark.parametrize('share', [0.3, 0.6, 0.95])
def test_an_sqlite_file_that_is_cut_off_gives_what_came_before(tmp_path, share):
    path = write_bag(tmp_path / 'bag', numbered(50), storage='sqlite3')
    cut(part(path), share)
    warnings = []
    found = read(path, warnings)
    assert found == EXPECTED[: len(found)] and len(found) >= 50 * share - 5
    assert 'cut off or damaged' in warnings[-1]


@pytest.mark.parametrize('storage', STORAGES)
@pytest.mark.parametrize('share', [0.0, 0.0001])
def test_a_file_without_anything_in_it_is_refused(tmp_path, storage, share):
    path = write_bag(tmp_path / 'bag', numbered(3), storage=storage)
    cut(part(path), share)
    with pytest.raises(BadSource):
        Bag(path)


def test_a_file_that_is_no_recording_is_refused(tmp_path):
    for name in ('a.mcap', 'a.db3'):
        file = tmp_path / name
        file.write_bytes(b'hello' * 1000)
        with pytest.raises(BadSource, match=name):
            Bag(file)


@pytest.mark.parametrize('storage', STORAGES)
def test_a_folder_without_metadata_is_read_part_by_part(tmp_path, storage):
    folder = tmp_path / 'bag'
    folder.mkdir()
    for number in (0, 2, 10):
        made = write_bag(tmp_path / str(number), [grey(number)], storage=storage)
        file = part(made)
        file.rename(folder / f'bag_{number}{file.suffix}')
    warnings = []
    assert read(folder, warnings) == [0, 2, 10]
    assert 'metadata.yaml is missing' in warnings[0] and '3 files' in warnings[0]


@pytest.mark.parametrize('text', ['', 'a: [', 'rosbag2_bagfile_information: 5', '\0'])
def test_metadata_that_cannot_be_read_are_done_without(tmp_path, text):
    path = write_bag(tmp_path / 'bag', numbered(3))
    (path / 'metadata.yaml').write_text(text)
    warnings = []
    assert read(path, warnings) == [0, 5, 10]
    assert 'cannot be read' in warnings[0]


def test_a_part_that_is_missing_is_left_out(tmp_path):
    path = write_bag(tmp_path / 'bag', numbered(3))
    text = (path / 'metadata.yaml').read_text()
    (path / 'metadata.yaml').write_text(text.replace('- bag.mcap', '- bag.mcap\n  - gone.mcap'))
    warnings = []
    assert read(path, warnings) == [0, 5, 10]
    assert any('gone.mcap: no such file; left out' in line for line in warnings)


def test_what_looks_like_a_recording(tmp_path):
    path = write_bag(tmp_path / 'bag', numbered(1))
    assert is_bag(path) and is_bag(part(path))
    (path / 'metadata.yaml').unlink()
    assert is_bag(path)
    assert not is_bag(tmp_path) and not is_bag(tmp_path / 'a.mp4')


@pytest.mark.parametrize('data', [b'', b'\0\1\0\0', b'\0\1\0\0' + bytes(20), bytes(200)])
@pytest.mark.parametrize('kind', [IMAGE, 'sensor_msgs/msg/CompressedImage'])
def test_a_message_that_is_no_picture_is_named(kind, data):
    with pytest.raises(ImageError) as caught:
        decode(kind, data)
    assert '\n' not in str(caught.value)


def test_a_malformed_stamp_is_named():
    message = image(grey(1), START)
    message.header.stamp.nanosec = 10**9
    with pytest.raises(ImageError, match='1000000000 nanoseconds'):
        decode(IMAGE, cdr(message))


def test_pictures_come_in_the_order_they_were_taken_in(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number in (2, 0, 1):
        builder.add('/image_raw', image(grey(number), START + number * STEP))
    assert read(builder.close()) == [0, 1, 2]

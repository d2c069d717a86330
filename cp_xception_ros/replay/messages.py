"""What was seen as the messages that the nodes publish, without ROS."""

from functools import cache
from typing import Any

import numpy as np

from ..emotion.affect import valence_arousal
from ..emotion.labels import name_of
from ..emotion.reader import Reading
from ..resources import find
from ..vision.bags.pictures import SECOND
from ..vision.detection import clip_box
from ..vision.finder import FoundFace
from .engine import Seen

FACES, EMOTION = 'cp_xception_msgs/msg/FaceArray', 'cp_xception_msgs/msg/EmotionStamped'


@cache
def typestore() -> Any:
    """Return ROS's own messages and those of cp_xception_msgs, in a `rosbags` type store."""
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    for file in find('cp_xception_msgs/msg/FaceArray.msg').parent.glob('*.msg'):
        text = file.read_text(encoding='utf-8')
        store.register(get_types_from_msg(text, f'cp_xception_msgs/msg/{file.stem}'))
    return store


def encode(message: Any) -> memoryview:
    """Return a message as CDR."""
    return typestore().serialize_cdr(message, message.__msgtype__)


def face_array(seen: Seen) -> Any:
    height, width = seen.size
    header = _header(seen)
    faces = [_face(face, width, height, header) for face in seen.faces]
    return _make(FACES, header=header, image_width=width, image_height=height, faces=faces)


def emotions(seen: Seen, model: str) -> list[Any]:
    """Return one message for each face; `processing_time` is zero, to be the same every time."""
    return [
        _emotion(face, reading, seen, model)
        for face, reading in zip(seen.faces, seen.readings, strict=False)
    ]


def _emotion(face: FoundFace, reading: Reading, seen: Seen, model: str) -> Any:
    height, width = seen.size
    smoothed = reading.smoothed
    valence, arousal = valence_arousal(smoothed.probabilities)
    return _make(
        EMOTION,
        header=_header(seen),
        face_id=face.face_id,
        roi=_region(face, width, height),
        emotion=smoothed.label,
        name=name_of(smoothed.label),
        confidence=smoothed.confidence,
        probabilities=smoothed.probabilities.astype(np.float32),
        frame_probabilities=reading.frame.astype(np.float32),
        valence=valence,
        arousal=arousal,
        model=model,
        processing_time=_make('builtin_interfaces/msg/Duration', sec=0, nanosec=0),
    )


def _face(face: FoundFace, width: int, height: int, header: Any) -> Any:
    detection = face.detection
    points = [] if detection.landmarks is None else detection.landmarks.tolist()
    return _make(
        'cp_xception_msgs/msg/Face',
        face_id=face.face_id,
        roi=_region(face, width, height),
        score=float(detection.score),
        landmarks=[_make('geometry_msgs/msg/Point32', x=x, y=y, z=0.0) for x, y in points],
        crop=_image(face.crop, header),
    )


def _image(bgr: np.ndarray, header: Any) -> Any:
    height, width = bgr.shape[:2]
    return _make(
        'sensor_msgs/msg/Image',
        header=header,
        height=height,
        width=width,
        encoding='bgr8',
        is_bigendian=0,
        step=3 * width,
        data=np.ascontiguousarray(bgr).ravel(),
    )


def _region(face: FoundFace, width: int, height: int) -> Any:
    left, top, region_width, region_height = clip_box(face.detection.box, width, height)
    return _make(
        'sensor_msgs/msg/RegionOfInterest',
        x_offset=left,
        y_offset=top,
        width=region_width,
        height=region_height,
        do_rectify=False,
    )


def _header(seen: Seen) -> Any:
    sec, nanosec = divmod(seen.stamp, SECOND)
    stamp = _make('builtin_interfaces/msg/Time', sec=sec, nanosec=nanosec)
    return _make('std_msgs/msg/Header', stamp=stamp, frame_id=seen.frame_id)


def _make(kind: str, **fields: Any) -> Any:
    return typestore().types[kind](**fields)

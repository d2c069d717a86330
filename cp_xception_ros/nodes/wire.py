"""From the package's own types to ROS messages and back: the only file that imports messages."""

from collections.abc import Sequence
from typing import TypeAlias

from builtin_interfaces.msg import Duration, Time
from cp_xception_msgs.msg import (
    Alert,
    AudioCommand,
    DialogueState,
    EmotionStamped,
    Face,
    FaceArray,
    Reply,
    SpeechState,
    TurnLatency,
    Utterance,
    VoiceActivity,
)
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point32
import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, RegionOfInterest
from std_msgs.msg import Bool, Header, String
from std_srvs.srv import SetBool, Trigger

from ..emotion.affect import valence_arousal
from ..emotion.labels import EMOTIONS, UNCERTAIN, name_of
from ..emotion.reader import Reading
from ..runtime.stamp_order import StampError
from ..speech.listener import VoiceChange
from ..speech.pieces import Piece
from ..speech.speaker import Status
from ..speech.synthesis import Sentence
from ..speech.utterances import Heard
from ..vision.calibration import Calibration
from ..vision.detection import clip_box
from ..vision.finder import FoundFace
from ..vision.image import decode_compressed, decode_raw, encode_jpeg
from .health import Health

__all__ = [
    'Alert',
    'AudioCommand',
    'Bool',
    'CameraInfo',
    'CompressedImage',
    'DiagnosticArray',
    'DialogueState',
    'EmotionStamped',
    'FaceArray',
    'Header',
    'Image',
    'Reply',
    'SetBool',
    'SpeechState',
    'StampError',
    'String',
    'Trigger',
    'TurnLatency',
    'Utterance',
    'VoiceActivity',
]
Picture: TypeAlias = Image | CompressedImage
NANOSECONDS = 1_000_000_000


def seconds(stamp: Time) -> float:
    """Return a stamp in seconds.

    Raises StampError: it was never filled in, or holds more nanoseconds than a second has.
    """
    if stamp.nanosec >= NANOSECONDS:
        raise StampError(f'stamp with {stamp.nanosec} nanoseconds: must be below {NANOSECONDS}')
    if stamp.sec == 0 and stamp.nanosec == 0:
        raise StampError('stamp is zero: the publisher does not fill in header.stamp')
    return stamp.sec + stamp.nanosec * 1e-9


def time(value: float) -> Time:
    """Return a time in seconds as a stamp, rounded to a nanosecond."""
    return Time(**_split(value))


def duration(value: float) -> Duration:
    return Duration(**_split(value))


def _split(value: float) -> dict[str, int]:
    sec, nanosec = divmod(round(value * NANOSECONDS), NANOSECONDS)
    return {'sec': sec, 'nanosec': nanosec}


# Pictures


def image(bgr: np.ndarray, header: Header) -> Image:
    """Return a bgr8 message of a uint8 array of shape (height, width, 3)."""
    height, width = bgr.shape[:2]
    message = Image(header=header, height=height, width=width, encoding='bgr8', step=3 * width)
    # frombytes is 2,000 times faster than assigning an array.
    message.data.frombytes(np.ascontiguousarray(bgr).data)
    return message


def compressed_image(bgr: np.ndarray, header: Header, quality: int) -> CompressedImage:
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data.frombytes(encode_jpeg(bgr, quality))
    return message


def picture(message: Picture) -> np.ndarray:
    """Return a picture message as a uint8 BGR array of shape (height, width, 3).

    Raises ImageError: names the encoding, the size or the step that is wrong.
    """
    if isinstance(message, CompressedImage):
        return decode_compressed(message.data, message.format)
    return decode_raw(
        message.data,
        message.encoding,
        message.height,
        message.width,
        message.step,
        bool(message.is_bigendian),
    )


def camera_info(calibration: Calibration, header: Header) -> CameraInfo:
    return CameraInfo(
        header=header,
        width=calibration.width,
        height=calibration.height,
        distortion_model=calibration.distortion_model,
        d=list(calibration.d),
        k=list(calibration.k),
        r=list(calibration.r),
        p=list(calibration.p),
    )


# Faces


def face_array(size: tuple[int, int], faces: Sequence[FoundFace], header: Header) -> FaceArray:
    """Return the faces of a picture of the given (height, width)."""
    height, width = size
    return FaceArray(
        header=header,
        image_width=width,
        image_height=height,
        faces=[_face(face, width, height, header) for face in faces],
    )


def _face(face: FoundFace, width: int, height: int, header: Header) -> Face:
    detection = face.detection
    landmarks = [] if detection.landmarks is None else detection.landmarks.tolist()
    return Face(
        face_id=face.face_id,
        roi=region(detection.box, width, height),
        score=float(detection.score),
        landmarks=[Point32(x=x, y=y) for x, y in landmarks],
        crop=image(face.crop, header),
    )


def region(box: tuple[float, float, float, float], width: int, height: int) -> RegionOfInterest:
    """Return (x, y, width, height) as whole pixels, clipped to the picture."""
    left, top, clipped_width, clipped_height = clip_box(box, width, height)
    return RegionOfInterest(
        x_offset=left, y_offset=top, width=clipped_width, height=clipped_height
    )


# Emotions


def emotion(
    face: Face, reading: Reading, header: Header, model: str, processing_time: float
) -> EmotionStamped:
    valence, arousal = valence_arousal(reading.smoothed.probabilities)
    return EmotionStamped(
        header=header,
        face_id=face.face_id,
        roi=face.roi,
        emotion=reading.smoothed.label,
        name=name_of(reading.smoothed.label),
        confidence=reading.smoothed.confidence,
        probabilities=reading.smoothed.probabilities.astype(np.float32),
        frame_probabilities=reading.frame.astype(np.float32),
        valence=valence,
        arousal=arousal,
        model=model,
        processing_time=duration(processing_time),
    )


# Speech

TONES = {
    Reply.NEUTRAL: 'neutral',
    Reply.GENTLE: 'gentle',
    Reply.CHEERFUL: 'cheerful',
    Reply.CALM: 'calm',
}


def piece(message: Reply) -> Piece:
    """Return the piece of a reply; an unknown tone is neutral."""
    sentence = Sentence(message.text, message.language, TONES.get(message.tone, 'neutral'))
    return Piece(message.turn, message.index, sentence, message.last)


def speech_state(status: Status, stamp: float, frame: str) -> SpeechState:
    return SpeechState(
        header=Header(stamp=time(stamp), frame_id=frame),
        turn=status.turn,
        state=status.state,
        music=status.music,
        level_dbfs=status.level,
    )


def utterance(heard: Heard, frame: str) -> Utterance:
    return Utterance(
        header=Header(stamp=time(heard.start), frame_id=frame),
        utterance=heard.number,
        text=heard.transcript.text,
        language=heard.transcript.language,
        confidence=heard.transcript.confidence,
        final=heard.final,
        speech_start=time(heard.start),
        speech_end=time(heard.stop),
    )


def voice_activity(change: VoiceChange, frame: str) -> VoiceActivity:
    return VoiceActivity(
        header=Header(stamp=time(change.time), frame_id=frame),
        voice=change.voice,
        level_dbfs=change.level,
    )


# Diagnostics


def diagnostics(node: Node, health: Health) -> DiagnosticArray:
    status = DiagnosticStatus(
        level=bytes([health.level]),
        name=node.get_fully_qualified_name().lstrip('/'),
        message=health.message,
        values=[KeyValue(key=key, value=value) for key, value in health.values.items()],
    )
    stamp = node.get_clock().now().to_msg()
    return DiagnosticArray(header=Header(stamp=stamp), status=[status])


# The labels of the messages are the labels of the network; this is checked once, at import.
assert [getattr(EmotionStamped, name.upper()) for name in EMOTIONS] == list(range(len(EMOTIONS)))
assert EmotionStamped.UNCERTAIN == UNCERTAIN

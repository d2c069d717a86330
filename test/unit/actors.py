"""People for judy-trial who are not there: they do what the screen asks them to."""

from collections.abc import Sequence
import math

import cv2
import numpy as np
from scenarios.poses import LANDMARKS, POSES, posed

from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.emotion.reader import EmotionReader
from cp_xception_ros.emotion.smoothing import EmotionSmoother
from cp_xception_ros.pipeline import Pipeline
from cp_xception_ros.trial.viewer import Look
from cp_xception_ros.vision.cameras import EndOfSource, Frame
from cp_xception_ros.vision.clip import load_collins, load_hopper
from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.finder import FaceFinder
from cp_xception_ros.vision.tracking import Tracker

RATE = 10.0
POSE_OF = {
    'anger': 'angry',
    'disgust': 'disgusted',
    'fear': 'afraid',
    'happiness': 'happy',
    'sadness': 'sad',
    'surprise': 'surprised',
}


class Actor:
    """Camera and screen in one: shows on the one what the other asks for; grey pictures.

    `away` is asked with the number of each picture: whether nobody is there. It ends after
    `pictures`.
    """

    name, live, rate = 'an actor', False, RATE

    def __init__(self, pictures: int = 10_000, away=lambda number: False) -> None:
        self.emotion, self.condition = 'neutral', 'frontal'
        self.shown: list[tuple[str, str]] = []
        self.number = 0
        self._pictures, self._away = pictures, away

    def show(self, look: Look, title: str, text: str, left: float) -> None:
        if (title, text) not in self.shown[-1:]:
            self.shown.append((title, text))
        if title.lower() in EMOTIONS:
            self.emotion = title.lower()
        elif title:
            self.condition = title

    def read(self) -> Frame:
        if self.number >= self._pictures:
            raise EndOfSource('the actor has left', self.number)
        self.number += 1
        return Frame(self.picture(self.number / RATE), self.number / RATE)

    def close(self) -> None:
        pass

    def picture(self, time: float) -> np.ndarray:
        there = not self._away(self.number)
        return np.full((48, 64, 3), 200 if there else 0, np.uint8)

    # Detector and classifier of an actor who is read perfectly.

    def detect(self, bgr: np.ndarray) -> list[Detection]:
        return [Detection((16.0, 8.0, 32.0, 32.0), 0.9)] if bgr.any() else []

    def classify(self, faces: Sequence[np.ndarray]) -> np.ndarray:
        row = np.full(len(EMOTIONS), 0.02, np.float32)
        row[EMOTIONS.index(self.emotion)] = 0.88
        return np.tile(row, (len(faces), 1))

    @property
    def pipeline(self) -> Pipeline:
        reader = EmotionReader(self, EmotionSmoother())
        return Pipeline(FaceFinder(self, Tracker()), reader)


class Portrait(Actor):
    """'collins' or 'hopper' with the expressions of `poses`, turned, hidden or moved."""

    def __init__(self, who: str, mirrored: bool = False, light: float = 1.0) -> None:
        super().__init__()
        original = {'collins': load_collins, 'hopper': load_hopper}[who]()
        self._faces = {
            emotion: posed(original, who, POSES[POSE_OF[emotion]])
            if emotion in POSE_OF
            else original
            for emotion in EMOTIONS
        }
        self._marks = np.array(LANDMARKS[who], np.float32)
        self._mirrored, self._light = mirrored, light

    def picture(self, time: float) -> np.ndarray:
        image = self._faces[self.emotion].copy()
        if self.condition == 'hair':
            self._let_hair_down(image)
        picture = self._placed(image, time)
        if self._mirrored:
            picture = picture[:, ::-1]
        return cv2.convertScaleAbs(picture, None, self._light)

    def _let_hair_down(self, image: np.ndarray) -> None:
        right_eye, left_eye = self._marks[:2]
        wide = float(np.linalg.norm(left_eye - right_eye))
        for shift in np.arange(-0.5, 0.45, 0.05):
            top = left_eye + (wide * shift, -1.1 * wide)
            end = left_eye + (wide * (shift * 1.2 + 0.1), 0.35 * wide * (1 + math.sin(40 * shift)))
            points = [tuple(map(int, point)) for point in (top, end)]
            cv2.line(image, *points, (30, 45, 70), max(1, round(wide / 25)), cv2.LINE_AA)

    def _placed(self, image: np.ndarray, time: float) -> np.ndarray:
        """The face in the middle of a VGA picture, its eyes 64 pixels apart."""
        eyes, unit = self._marks[:2].mean(0), float(np.ptp(self._marks[:2, 0]))
        scale = 64 / unit
        squeezed = 0.72 if self.condition == 'turned' else 1.0
        shear = 0.12 if self.condition == 'turned' else 0.0
        x, y = 320.0, 200.0
        if self.condition == 'moving':
            x += 60 * math.sin(3.0 * time)
            y += 25 * math.sin(4.3 * time)
        matrix = np.array([[scale * squeezed, 0, 0], [scale * shear, scale, 0]])
        matrix[:, 2] = (x, y) - matrix[:, :2] @ eyes
        return cv2.warpAffine(image, matrix, (640, 480), borderValue=(120, 130, 125))

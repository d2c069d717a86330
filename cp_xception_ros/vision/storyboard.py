"""What the sample clip shows when: data, and where it puts the faces."""

from dataclasses import dataclass
import math

DURATION = 15.0  # seconds
RATE = 30.0  # pictures a second
WIDTH, HEIGHT = 640, 480

Box = tuple[float, float, float, float]  # x, y, width, height in pixels


@dataclass(frozen=True)
class Sweep:
    """A value that swings between `low` and `high` and starts its swing at `phase` (0 to 1)."""

    low: float
    high: float
    period: float  # seconds
    phase: float = 0.0

    def at(self, time: float) -> float:
        swing = math.sin(2 * math.pi * (time / self.period + self.phase))
        return (self.low + self.high) / 2 + (self.high - self.low) / 2 * swing


@dataclass(frozen=True)
class Portrait:
    """A public-domain portrait of NASA and the US Navy; the boxes are pixels of the original."""

    name: str
    emotion: str | None  # what every viewer would say; None where they would differ
    crop: tuple[int, int, int, int]
    face: Box  # as YuNet finds it


COLLINS = Portrait('Eileen Collins', 'happiness', (108, 0, 230, 272), (178, 63, 90, 113))
HOPPER = Portrait('Grace Hopper', None, (98, 6, 336, 440), (183, 120, 170, 212))


@dataclass(frozen=True)
class Appearance:
    """One portrait in view; its face moves, grows (pixels high) and tilts (degrees)."""

    portrait: Portrait
    start: float
    end: float
    x: Sweep
    y: Sweep
    face_height: Sweep
    tilt: Sweep


APPEARANCES = (
    Appearance(
        COLLINS,
        start=1.0,
        end=6.0,
        x=Sweep(220, 420, 5.0),
        y=Sweep(190, 250, 2.5),
        face_height=Sweep(95, 195, 5.0, 0.6),
        tilt=Sweep(-12, 12, 3.0),
    ),
    Appearance(
        HOPPER,
        start=7.0,
        end=11.0,
        x=Sweep(230, 410, 4.0, 0.5),
        y=Sweep(210, 250, 2.0),
        face_height=Sweep(100, 190, 4.0, 0.2),
        tilt=Sweep(-12, 12, 3.5),
    ),
    Appearance(
        COLLINS,
        start=11.0,
        end=15.0,
        x=Sweep(150, 190, 3.0),
        y=Sweep(190, 250, 4.0, 0.25),
        face_height=Sweep(90, 140, 4.0, 0.4),
        tilt=Sweep(-10, 10, 3.0, 0.3),
    ),
    Appearance(
        HOPPER,
        start=11.0,
        end=15.0,
        x=Sweep(450, 490, 3.5),
        y=Sweep(220, 250, 3.0, 0.5),
        face_height=Sweep(110, 160, 4.0, 0.9),
        tilt=Sweep(-10, 10, 4.0),
    ),
)

LIGHT = Sweep(0.45, 1.0, 4.5, 0.2)  # of the whole room; 1 is as photographed


@dataclass(frozen=True)
class ClipFace:
    """A face that is in the picture: whose, what it shows, and its rough box in pixels."""

    name: str
    emotion: str | None
    box: Box


def appearances_at(time: float) -> list[Appearance]:
    return [shown for shown in APPEARANCES if shown.start <= time < shown.end]


def faces_at(time: float) -> list[ClipFace]:
    """The truth about the picture at `time` seconds, from left to right."""
    faces = [_face(shown, time) for shown in appearances_at(time)]
    return sorted(faces, key=lambda face: face.box[0])


def _face(shown: Appearance, time: float) -> ClipFace:
    portrait = shown.portrait
    height = shown.face_height.at(time)
    width = height * portrait.face[2] / portrait.face[3]
    box = (shown.x.at(time) - width / 2, shown.y.at(time) - height / 2, width, height)
    return ClipFace(portrait.name, portrait.emotion, box)

"""What the person sees: the terminal, or a window with their own picture as in a mirror."""

from collections.abc import Mapping
import sys
import textwrap
from typing import TextIO
import unicodedata

import cv2
import numpy as np
import numpy.typing as npt

from .viewer import Look

Image = npt.NDArray[np.uint8]
_NAME = 'judy-trial'
_WIDTH, _PANEL = 960, 200  # pixels
_FONT = cv2.FONT_HERSHEY_DUPLEX
_PAPER, _INK, _FAINT, _BAR = (32, 28, 26), (245, 245, 245), (190, 190, 190), (80, 200, 80)
_LINE = 52  # characters
_QUIT = (ord('q'), 27)


class TerminalScreen:
    """Lines for what changes; the countdown in whole seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._shown: tuple[str, str] = ('', '')
        self._second = 0

    def show(self, look: Look, title: str, text: str, left: float) -> None:
        if (title, text) != self._shown:
            self._shown, self._second = (title, text), 0
            if text:
                self._write(f'\n{title:<12}{text}' if title else f'\n{text}')
        second = -int(-left // 1)
        if second != self._second and left > 0:
            self._write(f' {second}', end='')
        self._second = second

    def close(self) -> None:
        self._write('')

    def _write(self, text: str, end: str = '\n') -> None:
        print(text, end=end, file=self._stream, flush=True)


class WindowScreen:
    """A window of OpenCV; q or Esc ends the trial like Ctrl-C. It never shows an answer."""

    def __init__(self) -> None:
        """Raises cv2.error: this OpenCV has no windows."""
        cv2.namedWindow(_NAME, cv2.WINDOW_NORMAL | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(_NAME, _WIDTH, _WIDTH * 3 // 4 + _PANEL)

    def show(self, look: Look, title: str, text: str, left: float) -> None:
        cv2.imshow(_NAME, compose(look.picture, title, text, left))
        if cv2.waitKey(1) & 0xFF in _QUIT:
            raise KeyboardInterrupt

    def close(self) -> None:
        cv2.destroyAllWindows()


def window_possible(environment: Mapping[str, str]) -> bool:
    """Whether there is a display, and an OpenCV that can draw on it.

    Opening a window without a display ends the whole process, so that it cannot be tried.
    """
    display = environment.get('DISPLAY') or environment.get('WAYLAND_DISPLAY')
    return bool(display) and _has_windows(cv2.getBuildInformation())


def _has_windows(build: str) -> bool:
    line = next((line for line in build.splitlines() if line.strip().startswith('GUI:')), 'NONE')
    return 'NONE' not in line


def compose(picture: Image, title: str, text: str, left: float) -> Image:
    """Return the mirrored picture, _WIDTH pixels wide, over a panel with words and countdown."""
    height = round(picture.shape[0] * _WIDTH / picture.shape[1])
    canvas = np.full((height + _PANEL, _WIDTH, 3), _PAPER, np.uint8)
    canvas[:height] = cv2.resize(picture, (_WIDTH, height))[:, ::-1]
    _put(canvas, title, (24, height + 52), 1.4, _INK)
    for number, line in enumerate(textwrap.wrap(_plain(text), _LINE)[:3]):
        _put(canvas, line, (24, height + 100 + 38 * number), 0.9, _FAINT)
    if left > 0:
        _put(canvas, str(-int(-left // 1)), (_WIDTH - 90, height + 70), 2.2, _BAR)
    return canvas


def _put(canvas: Image, text: str, place: tuple[int, int], size: float, colour: object) -> None:
    cv2.putText(canvas, _plain(text), place, _FONT, size, colour, 2, cv2.LINE_AA)  # type: ignore[call-overload]


def _plain(text: str) -> str:
    """OpenCV's fonts have ASCII only: take the accents off."""
    decomposed = unicodedata.normalize('NFKD', text.replace('ß', 'ss'))
    return decomposed.encode('ascii', 'ignore').decode()

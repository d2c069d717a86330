"""A recorded source at its own rate."""

from cp_xception_ros.runtime.pacing import Pacer

from .base import Camera, CameraError, Frame


class PacedCamera:
    """Hands out the pictures of a recorded source when their time has come; drops none."""

    live = False

    def __init__(self, camera: Camera, pacer: Pacer | None = None) -> None:
        self._camera = camera
        self._pacer = pacer or Pacer()
        self._closed = False
        self.name = camera.name
        self.rate = camera.rate

    def read(self) -> Frame:
        frame = self._camera.read()
        if frame.time is not None:
            self._pacer.wait_for(frame.time)
        if self._closed:
            raise CameraError(f'{self.name}: is closed')
        return frame

    def close(self) -> None:
        self._closed = True
        self._pacer.stop()
        self._camera.close()

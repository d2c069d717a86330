"""The camera node: a device, file, folder, URL or the sample clip as image_raw."""

from collections.abc import Callable
from dataclasses import dataclass
import sys
import time
from typing import Any

from rclpy.qos_overriding_options import QoSOverridingOptions

from ..runtime.stats import Rate
from ..vision.calibration import Calibration, load_calibration, plausible_pinhole
from ..vision.cameras import BadSource, Camera, CameraSettings, Frame, open_camera
from ..vision.grabber import CAPTURING, ENDED, LOST, OFF, Grabber
from . import params, qos, spin, wire
from .base import AppNode, steady_clock
from .errors import ConfigError
from .health import ERROR, OK, WARN, Health
from .packages import package_path
from .params import param

# Seconds that a recording waits for a first subscriber, and for discovery to settle at both ends.
LISTENER_PATIENCE, LISTENER_SETTLING = 3.0, 0.3
# Seconds between a recording's own time and the clock that are not just a late picture.
MAX_DRIFT = 0.5
LEVELS = {CAPTURING: OK, OFF: OK, ENDED: OK, LOST: ERROR}


@dataclass(frozen=True)
class CameraConfig:
    video_device: str = param(
        'auto',
        'device, video file, rosbag2 recording, folder of pictures, URL, clip (the sample), '
        'or auto: the first camera that works, else the clip',
    )
    bag_topic: str = param('', "of a recording's pictures; empty: the only one with pictures")
    framerate: float = param(30.0, 'pictures a second of a device or folder', range=(0.1, 240.0))
    image_width: int = param(640, 'pixels asked of a device', range=(16, 16384))
    image_height: int = param(480, 'pixels asked of a device', range=(16, 16384))
    pixel_format: str = param('mjpeg', 'asked of a device: mjpeg, yuyv, …')
    frame_id: str = param('camera_optical_frame', 'optical frame of the camera (REP-103)')
    camera_name: str = param('camera', 'name in the calibration file')
    camera_info_url: str = param(
        '', 'calibration file: file://…, package://… or a path; empty: a plausible pinhole'
    )
    realtime: bool = param(True, 'a file plays at its own rate; false: as fast as it can be read')
    loop: bool = param(False, 'a file begins again at its end')
    jpeg_quality: int = param(80, 'of image_raw/compressed', range=(1, 100))
    stall_timeout: float = param(
        5.0, 'seconds without a picture after which the camera is opened again', range=(0.5, 600.0)
    )


class CameraNode(AppNode):
    """Publishes while somebody listens; a recording waits a moment for its first listener."""

    def __init__(
        self,
        on_end: Callable[[], None] | None = None,
        open: Callable[[str, CameraSettings], Camera] = open_camera,
        **options: Any,
    ) -> None:
        super().__init__('camera', **options)
        self.config = params.declare(self, CameraConfig)
        self._on_end, self._open_camera = on_end, open
        self._settings = params.build(self, self._make_settings)
        self._calibration: Calibration | None = None
        if self.config.camera_info_url:
            self._calibration = params.build(self, self._load_calibration)
        self._rate, self._last_stamp = Rate(), 0.0
        self._zero: float | None = None  # the time at a recording's start
        self._make_topics()
        self._grabber = Grabber(
            self._open, self._publish, self._fail, self._end, self.config.stall_timeout
        )
        self.create_timer(1.0, self._grabber.check, clock=steady_clock())

    def start(self) -> None:
        self._set_capture(True)

    def close(self) -> None:
        self._grabber.stop()

    def join(self, timeout: float) -> bool:
        return self._grabber.join(timeout)

    @property
    def published(self) -> int:
        """Pictures published since the start."""
        return self._rate.total

    def health(self) -> Health:
        state = self._grabber.state
        values = {
            'source': self._grabber.name or self.config.video_device,
            'state': state,
            'pictures_per_second': f'{self._rate.hertz:.1f}',
            'pictures': str(self._rate.total),
            'reopened': str(self._grabber.reopened),
        }
        return Health(LEVELS.get(state, WARN), f'camera: {state}', values)

    def _make_settings(self) -> CameraSettings:
        config = self.config
        return CameraSettings(
            framerate=config.framerate,
            image_width=config.image_width,
            image_height=config.image_height,
            pixel_format=config.pixel_format,
            realtime=config.realtime,
            bag_topic=config.bag_topic,
        )

    def _load_calibration(self) -> Calibration:
        calibration = load_calibration(package_path(self.config.camera_info_url))
        if calibration.camera_name != self.config.camera_name:
            self.get_logger().warning(
                f'{self.config.camera_info_url} is the calibration of {calibration.camera_name}, '
                f'this is {self.config.camera_name}'
            )
        return calibration

    def _make_topics(self) -> None:
        overrides = QoSOverridingOptions.with_default_policies()
        self._image = self.create_publisher(
            wire.Image, 'image_raw', qos.IMAGE_OUT, qos_overriding_options=overrides
        )
        self._compressed = self.create_publisher(
            wire.CompressedImage,
            'image_raw/compressed',
            qos.IMAGE_OUT,
            qos_overriding_options=overrides,
        )
        self._info = self.create_publisher(wire.CameraInfo, 'camera_info', qos.IMAGE_OUT)
        self._capturing = self.create_publisher(wire.Bool, '~/capturing', qos.STATE)
        self.create_service(wire.SetBool, '~/set_capture', self._serve_set_capture)

    def _serve_set_capture(
        self, request: wire.SetBool.Request, response: wire.SetBool.Response
    ) -> wire.SetBool.Response:
        self._set_capture(request.data)
        response.success, response.message = True, f'camera {"on" if request.data else "off"}'
        self.get_logger().info(response.message)
        return response

    def _set_capture(self, on: bool) -> None:
        if on:
            self._grabber.start()
        else:
            self._grabber.stop()
        self._capturing.publish(wire.Bool(data=on))

    # From here on, on the grabber's thread.

    def _open(self) -> Camera:
        camera = self._open_camera(self.config.video_device, self._settings)
        self.get_logger().info(f'pictures from {camera.name}')
        if not camera.live:
            self._wait_for_listener()
        self._zero = None
        return camera

    def _wait_for_listener(self) -> None:
        """Give subscribers a moment to find us, so that they see a recording from its start."""
        deadline = time.monotonic() + LISTENER_PATIENCE
        while not self._listeners() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(LISTENER_SETTLING)

    def _listeners(self) -> int:
        return self._image.get_subscription_count() + self._compressed.get_subscription_count()

    def _publish(self, frame: Frame) -> None:
        header = wire.Header(stamp=wire.time(self._stamp(frame)), frame_id=self.config.frame_id)
        if self._image.get_subscription_count():
            self._image.publish(wire.image(frame.image, header))
        if self._compressed.get_subscription_count():
            self._compressed.publish(
                wire.compressed_image(frame.image, header, self.config.jpeg_quality)
            )
        if self._info.get_subscription_count():
            height, width = frame.image.shape[:2]
            self._info.publish(wire.camera_info(self._calibrated(width, height), header))
        self._rate.add()

    def _calibrated(self, width: int, height: int) -> Calibration:
        if self._calibration is None:
            return plausible_pinhole(width, height)
        mismatch = self._calibration.mismatch(width, height)
        if mismatch:
            self.get_logger().warning(mismatch, once=True)
        return self._calibration

    def _stamp(self, frame: Frame) -> float:
        """Return now for a live picture, and a recording's own time from its start for others."""
        now = self.now()
        if frame.time is None:
            return now
        if self._zero is None:
            self._zero = now - frame.time
        late = now - (self._zero + frame.time)
        if self.config.realtime and abs(late) > MAX_DRIFT:
            self._zero += late  # the machine slept, or the clock was set
        stamp = self._zero + frame.time
        if stamp <= self._last_stamp:  # a loop that was played faster than its own time
            self._zero += self._last_stamp - stamp + 1 / self.config.framerate
            stamp = self._zero + frame.time
        self._last_stamp = stamp
        return stamp

    def _fail(self, error: Exception) -> None:
        if isinstance(error, BadSource):
            self.on_bug(ConfigError(str(error)))
        else:
            self.report(error)

    def _end(self) -> None:
        if self.config.loop:
            self._grabber.stop()
            self._grabber.start()
            return
        self.get_logger().info(f'{self._grabber.name} is over')
        if self._on_end:
            self._on_end()


def main() -> int:
    return spin.run([CameraNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())

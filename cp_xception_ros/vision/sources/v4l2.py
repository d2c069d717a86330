"""Which V4L2 devices there are, and who uses them, as Linux tells in /dev, /sys and /proc."""

import os
from pathlib import Path
import re
import stat

CLASS = Path('/sys/class/video4linux')
DEV = Path('/dev')
PROC = Path('/proc')
MAJOR = 81  # VIDEO_MAJOR in linux/media/v4l2-dev.h


def list_devices(dev: Path = DEV) -> list[str]:
    """Paths of all video devices, in the order of their numbers."""
    numbers = {int(found[1]) for node in dev.glob('video*') if (found := _number(node))}
    return [str(dev / f'video{number}') for number in sorted(numbers)]


def is_video_device(path: str) -> bool:
    # By number, since a container may give the device any name.
    status = os.stat(path)
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == MAJOR


def candidates(dev: Path = DEV, sysfs: Path = CLASS) -> list[str]:
    """Devices worth trying unasked: USB cameras and loopback devices.

    A system on chip shows its codecs and image processors as dozens of video devices, which
    would each have to be waited for; they and capture cards are used only when named.
    """
    found = []
    for device in list_devices(dev):
        where = str((sysfs / Path(device).name).resolve())
        if '/usb' in where or '/virtual/' in where:
            found.append(device)
    return found


def device_label(path: str, sysfs: Path = CLASS) -> str:
    """'/dev/video0 (HD Webcam)'; the path alone where the driver gives no name."""
    try:
        name = (sysfs / Path(path).resolve().name / 'name').read_text().strip()
    except OSError:
        return path
    return f'{path} ({name})'


def devices_line(dev: Path = DEV, sysfs: Path = CLASS) -> str:
    """'devices here: …' for error messages."""
    found = [device_label(device, sysfs) for device in list_devices(dev)]
    return f'devices here: {", ".join(found)}' if found else 'there is no video device here'


def used_by(path: str, proc: Path = PROC) -> str | None:
    """'cheese (process 123)' if another process that we may look into has the device open."""
    target = Path(path).resolve()
    for entry in proc.glob('[0-9]*/fd/*'):
        try:
            process = entry.parent.parent
            if process.name != str(os.getpid()) and entry.readlink() == target:
                return f'{(process / "comm").read_text().strip()} (process {process.name})'
        except OSError:  # it ended meanwhile, or belongs to someone else
            continue
    return None


def _number(node: Path) -> re.Match[str] | None:
    return re.fullmatch(r'video(\d+)', node.name)

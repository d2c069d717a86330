"""package:// URLs, the one thing about files that only ROS knows."""

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

SCHEME = 'package://'


def package_path(url: str) -> str:
    """Return package://NAME/PATH as a path below NAME's share folder, and others as they are.

    Raises FileNotFoundError: no such package in AMENT_PREFIX_PATH.
    """
    if not url.startswith(SCHEME):
        return url
    name, _, relative = url.removeprefix(SCHEME).partition('/')
    try:
        return str(Path(get_package_share_directory(name), relative))
    except (PackageNotFoundError, ValueError, OSError) as error:
        raise FileNotFoundError(f'{url}: package {name!r} is not found') from error

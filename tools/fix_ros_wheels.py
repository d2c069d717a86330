"""Point the CMake files inside the ROS wheels at this machine's Python and NumPy.

The wheels carry the include paths of the machine they were built on; without this, no message
package compiles. Run it with the python of the environment that holds the wheels.
"""

from pathlib import Path
import re
import sys
import sysconfig

import numpy

# The longer path first: it begins like the shorter one.
REPLACEMENTS = [
    (r'/opt/_?python/[^/";]+/lib/python[\d.]+/site-packages/numpy/(_core|core)/include',
     numpy.get_include()),
    (r'/opt/_?python/[^/";]+/include/python[\d.]+t?', sysconfig.get_paths()['include']),
]  # fmt: skip


def main() -> None:
    for path in Path(sys.prefix, 'share').glob('*/cmake/*Export*.cmake'):
        old = new = path.read_text()
        for pattern, replacement in REPLACEMENTS:
            new = re.sub(pattern, replacement, new)
        if new != old:
            path.write_text(new)


if __name__ == '__main__':
    main()

#!/bin/sh
# Names what the system lacks before anything is installed. Usage: preflight.sh PYTHON
python=$1
missing=''
need() { missing="$missing $1"; echo "missing: $2" >&2; }

if ! command -v "$python" >/dev/null; then
    need 'python3' "$python"
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "$("$python" --version) is too old: Python 3.10 or newer is needed (make PYTHON=python3.12)" >&2
    exit 1
else
    "$python" -c 'import ensurepip, venv' 2>/dev/null || need 'python3-venv' 'the venv module of Python'
    header=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')/Python.h
    [ -f "$header" ] || need 'python3-dev' "Python's headers ($header)"
fi
command -v git >/dev/null || need 'git' 'git'
command -v make >/dev/null || need 'make' 'make'
command -v c++ >/dev/null || need 'g++' 'a C++ compiler'

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ] && [ -z "$ROS_DISTRO" ]; then
    echo "ROS 2 comes as wheels for Linux on x86_64 only; this is $(uname -s) on $(uname -m)." >&2
    echo 'Install ROS 2 itself and build with colcon: see "With ROS 2 installed" in README.md.' >&2
    exit 1
fi
if [ -n "$missing" ]; then
    echo "Install them first:  sudo apt-get install$missing" >&2
    exit 1
fi

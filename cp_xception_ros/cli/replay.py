"""judy-replay: a recording through Judy's eyes, faster than it was, and the figures of it."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import itertools
import json
import logging
import os
from pathlib import Path
import shutil
import signal
import sys
import threading
import time

import cv2

from ..replay.bag_writer import BagWriter
from ..replay.engine import Engine
from ..replay.labels import Label, read_labels
from ..replay.parameters import read_parameters
from ..replay.people import People
from ..replay.score import score
from ..replay.source import Recording, Say, open_recording
from ..replay.summary import Speed, Summary
from ..replay.table import Table
from ..replay.timeline import draw_timeline
from ..runtime.memory import keep_big_blocks
from ..vision.bags.storage import check_installed
from ..vision.cameras import BadSource
from ..vision.rotation import TURNS
from .progress import Progress

DESCRIPTION = """\
Run a recording through the face detector, tracker, classifier and smoothing of the nodes, on its
own time and faster than it was. Two runs give the same result."""
EPILOG = """\
examples:
  judy-replay ~/bags/visit                    a rosbag2 folder, or an .mcap or .db3 file
  judy-replay visit.mcap --topic /camera/image_raw --out visit
  judy-replay holiday.mp4 --labels holiday.csv

DIR gets bag/ (mcap: /faces and /emotion), emotions.csv, summary.json and timeline.png.

Labels are a CSV file with the columns from, to, emotion and, if you like, face: seconds since the
first picture, and the number or id that the timeline shows; without it, the largest face is meant.

Exit status: 0 done, 1 the recording cannot be used, 2 wrong arguments, 130 interrupted.
"""
BAG, TABLE, SUMMARY, TIMELINE = 'bag', 'emotions.csv', 'summary.json', 'timeline.png'

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parse(arguments)
    logging.basicConfig(format='%(message)s', level=logging.INFO)
    # The threads of a replay are its own.
    cv2.setNumThreads(1)
    keep_big_blocks()
    try:
        return _replay(options)
    except (ValueError, OSError) as error:
        print(f'judy-replay: {error}', file=sys.stderr)
        return 1


def _replay(options: argparse.Namespace) -> int:
    check_installed()
    labels = read_labels(options.labels) if options.labels else []
    with Progress(options.recording.rstrip('/').rpartition('/')[2]) as progress:
        engine = _make_engine(options, progress.say)
        recording = open_recording(options.recording, options.topic, progress.say)
        out = options.out or Path(f'{recording.title}_replay')
        progress.total = recording.expected
        begun = time.perf_counter(), time.process_time()
        people, whole = _look(engine, recording, out, options.overwrite, progress)
        taken = time.perf_counter() - begun[0], time.process_time() - begun[1]
        speed = Speed(people.duration, *taken)
    result = score(people, labels) if labels else None
    summary = Summary(recording, engine, people, speed, result)
    (out / SUMMARY).write_text(json.dumps(summary.as_dict(), indent=2) + '\n', encoding='utf-8')
    _draw(out / TIMELINE, summary, labels)
    for line in [*summary.lines(), f'written to {out}/']:
        print(line)
    return 0 if whole else INTERRUPTED


def _make_engine(options: argparse.Namespace, say: Say) -> Engine:
    parameters = read_parameters(
        options.config, detector=options.detector, model_path=options.model
    )
    return Engine(
        parameters.make_detector,
        parameters.make_reader(),
        track_timeout=parameters.track_timeout,
        seed=options.seed,
        degrees=options.rotate,
        workers=options.threads,
        say=say,
    )


def _look(
    engine: Engine, recording: Recording, out: Path, overwrite: bool, progress: Progress
) -> tuple[People, bool]:
    """Write bag and table; return what was seen, and whether it was all there is."""
    pictures = engine.run(recording.shots)
    first = next(pictures, None)
    if first is None:
        raise BadSource(f'{recording.name}: no picture in it could be used')
    _make_room(out, overwrite)
    people = People()
    with (
        _interruptible() as interrupted,
        BagWriter(out / BAG, engine.model) as bag,
        Table(out / TABLE, people) as table,
    ):
        for seen in itertools.chain([first], pictures):
            with engine.stages.work('write'):
                people.add(seen)
                bag.add(seen)
                table.add(seen)
            progress.step()
            if interrupted.is_set():
                pictures.close()
                return people, False
    return people, True


def _make_room(out: Path, overwrite: bool) -> None:
    """Make the folder; what an earlier run left there goes only if it may."""
    there = [out / name for name in (BAG, TABLE, SUMMARY, TIMELINE) if (out / name).exists()]
    if there and not overwrite:
        raise FileExistsError(f'{there[0]} exists: give another --out, or --overwrite')
    for path in there:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    out.mkdir(parents=True, exist_ok=True)


def _draw(path: Path, summary: Summary, labels: Sequence[Label]) -> None:
    try:
        draw_timeline(path, summary.people, labels, summary.title())
    except ImportError:
        print(f"no {path.name}: pip install 'cp_xception_ros[replay]'", file=sys.stderr)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Let Ctrl-C set an event, once, so that what was seen so far is written whole."""
    event = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='judy-replay',
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('recording', metavar='BAG|VIDEO', help='a recording; a folder of pictures, or clip')
    add('--topic', default='', help='of the pictures, where the recording has several')
    add('--out', type=Path, metavar='DIR', help='for the results (default: NAME_replay)')
    add('--overwrite', action='store_true', help='replace earlier results in DIR')
    add('--labels', type=Path, metavar='FILE', help='what the faces show, to be scored by')
    add(
        '--rotate', type=int, choices=TURNS, default=0,
        help='degrees clockwise that make the pictures upright',
    )  # fmt: skip
    add('--detector', help='auto, yunet, cascade or the path of a YuNet .onnx file')
    add('--model', metavar='FILE', help='an .onnx network instead of the one in this package')
    add('--config', type=Path, metavar='FILE', help='parameters of the nodes, as for judy')
    add('--seed', type=int, default=0, help='of the names of faces (default: %(default)s)')
    add(
        '--threads', type=_positive, default=len(os.sched_getaffinity(0)), metavar='N',
        help='that look for faces (default: one for each core, %(default)s)',
    )  # fmt: skip
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'must be 1 or more, not {text}')
    return value


if __name__ == '__main__':
    sys.exit(main())

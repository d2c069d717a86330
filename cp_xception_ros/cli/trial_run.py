"""judy-trial run: one person in front of the camera."""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timezone
import os
from pathlib import Path
import sys

import cv2

from ..pipeline import Pipeline
from ..replay.parameters import read_parameters
from ..speech.errors import Unavailable
from ..trial.keeper import Keeper
from ..trial.plan import Task, plan
from ..trial.score import Score
from ..trial.screen import TerminalScreen, WindowScreen, window_possible
from ..trial.session import Screen, Session, Timing, Voice
from ..trial.store import PICTURES, SessionFolder, TrialError, takes_of
from ..trial.texts import Texts, read_texts
from ..trial.viewer import Look, Viewer
from ..trial.voice import NoVoice, open_voice
from ..vision.cameras import Camera, CameraError, CameraSettings, EndOfSource, open_camera
from ..vision.finder import FaceFinder
from ..vision.tracking import Tracker

FAILED, NO_CONSENT, INTERRUPTED = 1, 3, 130


def run(options: argparse.Namespace) -> int:
    """Lead the person through what is left to do; return the exit status.

    Raises ValueError or OSError: something that is needed cannot be used.
    """
    texts = read_texts(options.texts)
    timing = Timing(options.prepare, options.countdown, options.hold)
    tasks = _left(options, _tasks(options, texts))
    status = _record(options, texts, timing, tasks) if tasks else 0
    takes = takes_of(options.folder, options.person)
    if takes:
        print('\n'.join(['', *Score(takes).lines()]))
    return status


def _tasks(options: argparse.Namespace, texts: Texts) -> list[Task]:
    conditions = options.conditions.split(',') if options.conditions else list(texts.conditions)
    for name in conditions:
        if name not in texts.conditions:
            raise TrialError(
                f'condition {name!r} is unknown (there are: {", ".join(texts.conditions)})'
            )
    return plan(options.person, conditions)


def _left(options: argparse.Namespace, tasks: list[Task]) -> list[Task]:
    done = {(take.condition, take.emotion) for take in takes_of(options.folder, options.person)}
    left = [task for task in tasks if (task.condition, task.emotion) not in done]
    if len(left) < len(tasks):
        print(f'{options.person}: {len(tasks) - len(left)} of {len(tasks)} are done already')
    return left


def _record(
    options: argparse.Namespace, texts: Texts, timing: Timing, tasks: Sequence[Task]
) -> int:
    pipeline, names = make_pipeline(options.config, options.detector, options.model)
    with ExitStack() as stack:
        camera = stack.enter_context(closing(_open_camera(options)))
        consent = texts.consent_text(options.keep_pictures)
        if not _agrees(texts, consent):
            print('Nothing was recorded.')
            return NO_CONSENT
        facts = {
            'began': datetime.now(timezone.utc).isoformat(timespec='seconds'),
            'agreed_to': consent,
            'camera': camera.name,
            **names,
        }
        folder = SessionFolder(options.folder, options.person, facts)
        session = Session(
            Viewer(camera, pipeline),
            stack.enter_context(closing(_make_screen(options))),
            stack.enter_context(closing(_make_voice(options, texts))),
            texts,
            timing,
            _make_keeper(options, folder, stack),
            folder.add,
        )
        return _lead(session, options.person, tasks)


def make_pipeline(
    config: Path | None = None, detector: str | None = None, model: str | None = None
) -> tuple[Pipeline, dict[str, str]]:
    """Return what the nodes run with these parameters, and the names of its parts.

    Raises ParameterFileError, DetectorError or ModelError.
    """
    parameters = read_parameters(config, detector=detector, model_path=model)
    finds, reads = parameters.make_detector(), parameters.make_reader()
    finder = FaceFinder(finds, Tracker(max_age=parameters.track_timeout))
    return Pipeline(finder, reads), {'detector': finds.name, 'network': reads.model}


def _lead(session: Session, person: str, tasks: Sequence[Task]) -> int:
    onward = 'what is done is kept, and the same command goes on from there'
    try:
        session.run(person, tasks)
    except KeyboardInterrupt:
        print(f'\nStopped; {onward}.')
        return INTERRUPTED
    except (EndOfSource, CameraError) as error:
        print(f'\njudy-trial: {error}; {onward}', file=sys.stderr)
        return FAILED
    return 0


def _open_camera(options: argparse.Namespace) -> Camera:
    camera = open_camera(options.source, CameraSettings(realtime=not options.flat_out))
    if options.source == 'auto' and not camera.live:
        camera.close()
        raise CameraError('no camera found: plug one in, or name it: --source /dev/video0')
    return camera


def _agrees(texts: Texts, consent: str) -> bool:
    print(f'\n{consent}')
    try:
        return texts.agrees(input(texts.question))
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _make_screen(options: argparse.Namespace) -> Screen:
    if not options.no_window and window_possible(os.environ):
        try:
            return WindowScreen()
        except cv2.error as error:
            print(f'no window ({error.err or error}): going on in the terminal', file=sys.stderr)
    return TerminalScreen()


def _make_voice(options: argparse.Namespace, texts: Texts) -> Voice:
    if options.quiet:
        return NoVoice()
    complained: list[Exception] = []

    def complain(error: Exception) -> None:
        if not complained:
            print(f'judy-trial: {error}; going on without a voice (--quiet)', file=sys.stderr)
        complained.append(error)

    try:
        return open_voice(texts.language, os.environ, complain)
    except Unavailable as error:
        complain(error)
        return NoVoice()


def _make_keeper(
    options: argparse.Namespace, folder: SessionFolder, stack: ExitStack
) -> Callable[[Look], None]:
    if not options.keep_pictures:
        return lambda look: None
    keeper = stack.enter_context(Keeper(folder.path / PICTURES))
    return lambda look: keeper.add(look.picture, look.time)

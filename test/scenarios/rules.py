"""What must hold in every scenario."""

from collections.abc import Sequence

from .timeline import Event


def broken_rules(events: Sequence[Event]) -> list[str]:
    """Return a line for each event that should never have happened."""
    return [
        *_late_replies(events),
        *_pieces_out_of_order(events),
        *_speech_of_the_past(events),
    ]


def _late_replies(events: Sequence[Event]) -> list[str]:
    """The dialogue manager stamps states and pieces in one order: a newer turn ends the older."""
    begun: dict[int, float] = {}
    for event in events:
        if event.kind == 'turn':
            begun.setdefault(event.turn, event.stamp)
    return [
        f'a reply of turn {event.turn} after turn {newer} had begun: {event}'
        for event in events
        if event.kind == 'reply'
        for newer in [_newest(begun, event.stamp)]
        if event.turn < newer
    ]


def _newest(begun: dict[int, float], stamp: float) -> int:
    return max((turn for turn, since in begun.items() if since < stamp), default=0)


def _pieces_out_of_order(events: Sequence[Event]) -> list[str]:
    count: dict[int, int] = {}
    problems = []
    for event in events:
        if event.kind == 'reply':
            expected = count.get(event.turn, 0)
            count[event.turn] = expected + 1
            if event.details.get('piece') != str(expected):
                problems.append(f'not piece {expected} of turn {event.turn}: {event}')
    return problems


def _speech_of_the_past(events: Sequence[Event]) -> list[str]:
    """The loudspeaker never goes back to an older turn, nor to one that was cut off."""
    problems, newest, cut_off = [], 0, set[int]()
    for event in events:
        if event.kind != 'speech':
            continue
        if event.value == 'speaking' and (event.turn < newest or event.turn in cut_off):
            problems.append(f'spoken after it was over: {event}')
        if event.value == 'interrupted':
            cut_off.add(event.turn)
        newest = max(newest, event.turn)
    return problems

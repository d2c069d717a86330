"""The table and the JSON document of a benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass
import math
import statistics
from typing import Any

from .case import Case, Measure

HEADINGS = ('measure', 'target', 'median', 'spread', 'met')
_DIGITS = {'%': 1, 'ms': 1, 's': 2, '×': 2, 'points': 1, 'MB': 1}


@dataclass(frozen=True)
class Result:
    """A case and its values by measure, or the reason why there are none."""

    case: Case
    values: dict[str, list[float]]
    reason: str = ''
    failed: bool = False


def median(values: Sequence[float]) -> float:
    """Return the middle value; infinity is what was waited for and never came."""
    return statistics.median_low(values)


def met(measure: Measure, values: Sequence[float]) -> bool | None:
    """Say whether the median reaches the target; None without a target or a value."""
    return measure.target.met(median(values)) if measure.target and values else None


def table(results: Sequence[Result]) -> str:
    """Return one block of lines for each case, below a line of headings."""
    rows = [HEADINGS, *(row for result in results for row in _rows(result))]
    widths = [max(len(row[n]) for row in rows if len(row) > 1) for n in range(len(HEADINGS))]
    return '\n'.join(_line(row, widths) for row in rows)


def document(about: dict[str, Any], results: Sequence[Result]) -> dict[str, Any]:
    """Return everything as plain values for JSON; a value that never came is null."""
    return {**about, 'cases': [_case(result) for result in results]}


def _rows(result: Result) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [(result.case.name,)]
    if result.reason:
        return [*rows, (f'  {"failed" if result.failed else "not measured"}: {result.reason}',)]
    return rows + [_row(m, result.values.get(m.key, [])) for m in result.case.measures]


def _row(measure: Measure, values: Sequence[float]) -> tuple[str, ...]:
    if not values:
        return (f'  {measure.text}', '', 'not measured', '', '')
    target, reached = measure.target, met(measure, values)
    return (
        f'  {measure.text}',
        f'{target.relation} {target.limit:g} {measure.unit}' if target else '',
        f'{_number(median(values), measure.unit)} {measure.unit}',
        f'{_number(min(values), measure.unit)} … {_number(max(values), measure.unit)}',
        '' if reached is None else ('yes' if reached else 'NO'),
    )


def _number(value: float, unit: str) -> str:
    return 'never' if math.isinf(value) else f'{value:.{_DIGITS.get(unit, 0)}f}'


def _line(row: tuple[str, ...], widths: Sequence[int]) -> str:
    if len(row) == 1:
        return row[0]
    return '  '.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _case(result: Result) -> dict[str, Any]:
    return {
        'name': result.case.name,
        'counted': result.case.counted,
        'not_measured': result.reason or None,
        'failed': result.failed,
        'measures': [_measure(m, result.values.get(m.key, [])) for m in result.case.measures],
    }


def _measure(measure: Measure, values: Sequence[float]) -> dict[str, Any]:
    target = measure.target
    return {
        'key': measure.key,
        'measure': measure.text,
        'unit': measure.unit,
        'target': f'{target.relation} {target.limit:g}' if target else None,
        'median': _plain(median(values)) if values else None,
        'values': [_plain(value) for value in values],
        'met': met(measure, values),
    }


def _plain(value: float) -> float | None:
    return None if math.isinf(value) else round(value, 4)

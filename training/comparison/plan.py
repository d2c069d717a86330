"""The paper's tables, and what is trained for them."""

from dataclasses import dataclass


class ComparisonError(ValueError):
    """The tables cannot be made; the message says why, and the cure."""


@dataclass(frozen=True)
class Entry:
    """One network of the tables; the paper's figures are of FER2013."""

    network: str
    title: str
    paper_accuracy: float
    seeds: tuple[int, ...] = ()
    """Of the runs that are compared; none: it is not trained."""


@dataclass(frozen=True)
class PaperCosts:
    """Table 3 and section 4 of the paper; None where it gives nothing."""

    parameters: int | None = None
    operations: float | None = None
    kilobytes: int | None = None


XCEPTION = Entry('xception', 'Xception', 0.6812)
MOBILE = Entry('mobilenet_v2', 'MobileNetV2', 0.6790)
MINI = Entry('mini_xception', 'Mini-Xception', 0.6620, (0, 1, 2))
WITH_PARC = Entry('mini_xception_parc', 'Mini-Xception + ParC', 0.6731, (0,))
WITH_CSP = Entry('cp_xception_without_parc', 'Mini-Xception + CSPNet', 0.6587, (0,))
OURS = Entry('cp_xception', 'CP-Xception', 0.6836, (0, 1, 2))

TABLE_1 = (XCEPTION, MOBILE, MINI, OURS)
TABLE_2 = (MINI, WITH_PARC, WITH_CSP, OURS)
TABLE_3 = TABLE_1
ALL = (XCEPTION, MOBILE, MINI, WITH_PARC, WITH_CSP, OURS)
TABLES = {'table1': TABLE_1, 'table2': TABLE_2, 'table3': TABLE_3}

PAPER_COSTS = {
    XCEPTION.network: PaperCosts(22_800_000),
    MOBILE.network: PaperCosts(3_470_000),
    MINI.network: PaperCosts(56_951, 7_102_000, 853),
    OURS.network: PaperCosts(30_149, 3_527_000, 297),
}

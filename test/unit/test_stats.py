import pytest

from cp_xception_ros.runtime.stats import Rate, Samples


def test_rate_counts_only_the_window():
    now = [0.0]
    rate = Rate(window=5.0, clock=lambda: now[0])
    for second in range(20):
        now[0] = float(second)
        rate.add()
    assert rate.hertz == pytest.approx(6 / 5)  # at 14, 15, … 19 s
    assert rate.total == 20
    now[0] = 100.0
    assert rate.hertz == 0.0


def test_rate_is_true_before_the_first_window_is_over():
    now = [0.0]
    rate = Rate(window=5.0, clock=lambda: now[0])
    assert rate.hertz == 0.0
    for _ in range(10):
        now[0] += 0.1
        rate.add()
    assert rate.hertz == pytest.approx(10.0)


def test_samples_forget_the_oldest():
    samples = Samples(size=3)
    assert samples.percentile(50) is None
    for value in (100.0, 1.0, 2.0, 3.0):
        samples.add(value)
    assert samples.percentile(50) == 2.0

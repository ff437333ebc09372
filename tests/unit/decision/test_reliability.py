import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triovision.bundle import ReliabilityBin
from triovision.decision import observed_share

BINS = (ReliabilityBin(0.2, 0.1, 10), ReliabilityBin(0.4, 0.5, 10), ReliabilityBin(0.8, 0.9, 10))


@pytest.mark.parametrize(
    ("confidence", "share"), [(0.0, 0.1), (0.2, 0.1), (0.3, 0.3), (0.6, 0.7), (0.8, 0.9), (1.0, 0.9)]
)
def test_between_the_bins_it_is_interpolated(confidence, share):
    assert observed_share(confidence, BINS) == pytest.approx(share)


def test_bins_that_fall_are_pooled_by_their_counts():
    bins = (ReliabilityBin(0.2, 0.5, 30), ReliabilityBin(0.4, 0.1, 10), ReliabilityBin(0.8, 0.9, 10))
    # (0.2 * 30 + 0.4 * 10) / 40 = 0.25, (0.5 * 30 + 0.1 * 10) / 40 = 0.4
    assert observed_share(0.25, bins) == pytest.approx(0.4)
    assert observed_share(0.525, bins) == pytest.approx(0.65)


def test_no_bins_say_nothing():
    assert observed_share(0.5, ()) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 99)), min_size=1, max_size=9))
def test_more_confidence_never_means_less_often_right(rows):
    bins = tuple(ReliabilityBin(*row) for row in sorted(rows))
    shares = [observed_share(step / 20, bins) for step in range(21)]
    assert all(low <= high + 1e-9 for low, high in itertools.pairwise(shares))
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from triovision.bundle import SET_METHODS, CountrySetRule, Thresholds
from triovision.decision import DecisionRule, continent, set_scores

CODES = ("BE", "FR", "JP", "KE")
ROW = np.array([[0.1, 0.5, 0.3, 0.1]])
CLOSED = Thresholds(1.0, 1.0, 1.0)


def test_scores_by_hand():
    np.testing.assert_allclose(set_scores(ROW, "aps"), [[0.8, 0.0, 0.5, 0.9]])
    # Ranks 3, 1, 2, 4; the first costs nothing, each further one 0.01.
    np.testing.assert_allclose(set_scores(ROW, "raps", 0.01, 1), [[0.82, 0.0, 0.51, 0.93]])
    np.testing.assert_allclose(set_scores(ROW, "lac"), [[0.9, 0.5, 0.7, 0.9]])


def test_raps_without_a_penalty_is_aps():
    np.testing.assert_array_equal(set_scores(ROW, "raps", 0.0, 3), set_scores(ROW, "aps"))


def country_set(rule, row=ROW[0]):
    return DecisionRule(CODES, CLOSED, rule).answer(row).country_set


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (CountrySetRule(0.9, 0.85, "aps"), ("FR", "JP", "BE")),
        (CountrySetRule(0.9, 0.6, "aps"), ("FR", "JP")),
        (CountrySetRule(0.9, 0.815, "raps", 0.01, 1), ("FR", "JP")),
        (CountrySetRule(0.9, 0.75, "lac"), ("FR", "JP")),
        (CountrySetRule(0.9, 0.1, "lac"), ("FR",)),
    ],
)
def test_sets_by_hand(rule, wanted):
    assert country_set(rule) == wanted


def test_a_continent_has_its_own_threshold():
    rule = CountrySetRule(0.9, 0.6, "aps", region_thresholds={"002": 0.95})
    assert country_set(rule) == ("FR", "JP", "KE")


@given(
    hnp.arrays(np.float64, 4, elements=st.floats(0.001, 1)),
    st.sampled_from(SET_METHODS),
    st.floats(0.01, 1),
    st.floats(0.01, 1),
)
def test_sets_hold_the_first_guess_and_grow_with_the_threshold(values, method, one, other):
    row = values / values.sum()
    small, large = (
        set(country_set(CountrySetRule(0.9, limit, method, 0.001, 2), row)) for limit in sorted((one, other))
    )
    assert CODES[int(row.argmax())] in small
    assert small <= large


def test_continents():
    assert [continent(code) for code in ("FR", "JP", "KE", "AQ")] == ["150", "142", "002", "AQ"]

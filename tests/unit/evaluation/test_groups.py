import numpy as np
import pytest

from triovision.evaluation.bootstrap import mean_intervals
from triovision.evaluation.groups import confused_pairs, group_rows, level_rows, rarity_of, surest_mistakes
from triovision.evaluation.per_sample import make_per_sample

ROWS = [
    [0.05, 0.90, 0.03, 0.02],  # France, said so
    [0.70, 0.20, 0.05, 0.05],  # France, said Belgium
    [0.80, 0.10, 0.05, 0.05],  # France, said Belgium
    [0.05, 0.05, 0.85, 0.05],  # Kenya, said Japan
    [0.30, 0.25, 0.25, 0.20],  # Japan, not sure
    [0.30, 0.25, 0.25, 0.20],  # Belgium, taken for no place
]
TRUTH = ["FR", "FR", "FR", "KE", "JP", "BE"]


@pytest.fixture
def outputs(make_outputs):
    return make_outputs(ROWS, TRUTH, is_place=[True] * 5 + [False])


def test_what_is_taken_for_no_place_is_not_answered(outputs):
    rows = level_rows(make_per_sample(outputs), seed=0)
    assert {level: row["samples"] for level, row in rows.items()} == {
        "country": 4, "sub_region": 0, "region": 0, "not_sure": 1, "no_place": 1, "answered": 4,
    }  # fmt: skip
    assert rows["answered"]["precision"] == 0.25
    assert rows["no_place"]["precision"] is None
    low, high = rows["country"]["precision_interval"]
    assert low <= 0.25 <= high


def test_pairs_and_mistakes_come_worst_first(outputs):
    samples = make_per_sample(outputs)
    assert confused_pairs(outputs, samples, most=1) == [
        {"true": "FR", "guessed": "BE", "samples": 2, "share_of_true": pytest.approx(2 / 3)}
    ]
    mistakes = surest_mistakes(outputs, samples, most=2)
    assert [(row["sample_id"], row["true"], row["guessed"]) for row in mistakes] == [
        ("s3", "KE", "JP"),
        ("s2", "FR", "BE"),
    ]


def test_groups_have_figures_with_intervals(outputs):
    rows = group_rows(make_per_sample(outputs), np.array(["a", "a", "b", "b", "b", "b"]), seed=0)
    assert (rows["a"]["samples"], rows["a"]["countries"], rows["a"]["top1_accuracy"]) == (2, 1, 0.5)
    low, high = rows["a"]["intervals"]["top1_accuracy"]
    assert (low, high) == (0, 1)


def test_countries_are_parted_into_thirds_by_their_training_photos():
    codes, counts = ("BE", "FR", "JP", "KE", "US", "CN"), (1, 100, 10, 2, 200, 11)
    names, spans = rarity_of(["BE", "FR", "JP", "KE", "US", "CN", "PE"], codes, counts)
    assert dict(zip(["BE", "FR", "JP", "KE", "US", "CN", "PE"], names.tolist(), strict=True)) == {
        "PE": "rare", "BE": "rare", "KE": "middling", "JP": "middling", "CN": "frequent", "FR": "frequent",
        "US": "frequent",
    }  # fmt: skip
    assert spans == {"rare": [0, 1], "middling": [2, 10], "frequent": [11, 200]}


def test_intervals_of_shares_and_of_numbers_agree_with_theory():
    values = np.array([0.0] * 300 + [1.0] * 100)
    noisy = values + np.linspace(0, 1e-6, 400)
    everything = {"all": np.ones(400, bool)}
    for column in (values, noisy):
        low, high = mean_intervals(column, everything, seed=0)["all"]
        assert (low, high) == (pytest.approx(0.2075, abs=0.01), pytest.approx(0.2925, abs=0.01))
    assert mean_intervals(values, {"none": np.zeros(400, bool)}, seed=0) == {}

import json

import numpy as np
import pytest

from triovision.countries import get_country, great_circle_km
from triovision.evaluation.places import error_distances_km, place_of, predict_places
from triovision.evaluation.report import HEADLINE, make_report

CODES = ("BE", "FR", "JP", "KE")
WESTERN_EUROPE, EUROPE, EASTERN_ASIA, ASIA = "155", "150", "030", "142"


@pytest.fixture
def report(make_outputs):
    rows = [
        [0.05, 0.90, 0.03, 0.02],  # France, said so
        [0.45, 0.40, 0.10, 0.05],  # France, said Western Europe, first guess Belgium
        [0.30, 0.25, 0.25, 0.20],  # Japan, not sure
        [0.05, 0.05, 0.85, 0.05],  # Peru, which the model does not know, said Japan
    ]
    return make_report(make_outputs(rows, ["FR", "FR", "JP", "PE"]))


def test_figures_by_hand(report):
    figures = report["figures"]
    assert figures["top1_accuracy"] == 0.25
    assert figures["top3_accuracy"] == 0.75
    assert figures["mean_per_class_accuracy"] == pytest.approx((0.5 + 0 + 0) / 3)
    assert figures["negative_log_likelihood"] == pytest.approx(-np.log([0.9, 0.4, 0.25]).mean())
    assert figures["region_accuracy"] == 0.5
    # Sets at 0.9: {FR}, {BE FR JP}, all four, {JP BE} with Peru in none.
    assert figures["country_set_coverage"] == 0.75
    assert figures["country_set_mean_size"] == pytest.approx((1 + 3 + 4 + 2) / 4)


def test_macro_f1_counts_unknown_countries_and_mere_guesses(report):
    # FR 2/3; BE, JP and PE 0.
    assert report["figures"]["macro_f1"] == pytest.approx((2 / 3) / 4)


def test_median_distance_is_between_centres(report):
    def between(one, other):
        a, b = get_country(one), get_country(other)
        return great_circle_km(a.latitude, a.longitude, b.latitude, b.longitude)

    wanted = np.median([0, between("BE", "FR"), between("BE", "JP"), between("JP", "PE")])
    assert report["figures"]["median_error_km"] == pytest.approx(wanted)


def test_levels_tell_share_and_precision(report):
    keys = ("samples", "share", "precision", "top1_accuracy")
    levels = {level: {key: row[key] for key in keys} for level, row in report["levels"].items()}
    assert levels["country"] == {"samples": 2, "share": 0.5, "precision": 0.5, "top1_accuracy": 0.5}
    assert levels["sub_region"] == {"samples": 1, "share": 0.25, "precision": 1.0, "top1_accuracy": 0.0}
    assert levels["region"] == {"samples": 0, "share": 0.0, "precision": None, "top1_accuracy": None}
    assert levels["not_sure"] == {"samples": 1, "share": 0.25, "precision": None, "top1_accuracy": 0.0}
    assert levels["answered"]["share"] == 0.75
    assert levels["answered"]["precision"] == pytest.approx(2 / 3)


def test_unknown_countries_are_told_apart(report):
    assert report["unknown_countries"] == {"samples": 1, "country_codes": ["PE"], "share_not_sure": 0.0}
    assert report["known_countries"]["samples"] == 3
    assert report["known_countries"]["figures"]["top1_accuracy"] == pytest.approx(1 / 3)


def test_figures_stand_per_region_and_country(report):
    assert {name: row["samples"] for name, row in report["regions"].items()} == {EUROPE: 2, ASIA: 1, "019": 1}
    assert report["per_country"]["FR"]["top1_accuracy"] == 0.5
    assert report["per_country"]["FR"]["top5_accuracy"] == 1.0


def test_every_headline_figure_has_an_interval_around_it(report):
    assert set(report["intervals"]) == set(HEADLINE) == set(report["figures"])
    for name, (low, high) in report["intervals"].items():
        assert low <= high, name


def test_a_report_is_json_and_repeats(make_outputs):
    outputs = make_outputs([[0.4, 0.3, 0.2, 0.1]] * 3, ["FR", "BE", "JP"])
    assert json.dumps(make_report(outputs, 1), allow_nan=False) == json.dumps(make_report(outputs, 1))


def test_a_split_of_unknown_countries_alone_has_no_loss(make_outputs):
    report = make_report(make_outputs([[0.4, 0.3, 0.2, 0.1]], ["PE"]))
    assert report["figures"]["negative_log_likelihood"] is None
    assert report["figures"]["top1_accuracy"] == 0
    assert report["known_countries"] == {"samples": 0, "figures": {}}


def test_a_region_is_the_one_with_the_most_probability():
    # Japan leads, but Belgium and France together are more.
    rows = np.array([[0.3, 0.3, 0.4, 0.0]])
    assert predict_places(rows, CODES, "sub_region") == [WESTERN_EUROPE]
    assert predict_places(rows, CODES, "region") == [EUROPE]
    assert predict_places(np.array([[0.1, 0.1, 0.8, 0.0]]), CODES, "sub_region") == [EASTERN_ASIA]


def test_a_country_outside_all_regions_is_its_own():
    assert place_of("AQ", "region") == "AQ"
    assert place_of("AQ", "sub_region") == "AQ"


def test_no_distance_to_oneself():
    assert error_distances_km(["FR", "JP"], ["FR", "JP"]).tolist() == [0, 0]
    assert error_distances_km([], []).shape == (0,)

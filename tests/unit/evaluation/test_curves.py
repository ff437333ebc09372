import numpy as np
import pytest

from triovision.evaluation.curves import calibration_floor, reliability_rows, risk_coverage_points, set_size_rows
from triovision.evaluation.metrics import expected_calibration_error
from triovision.evaluation.per_sample import make_per_sample


def test_reliability_sums_to_the_calibration_error(draw_outputs):
    samples = make_per_sample(draw_outputs(500))
    rows = reliability_rows(samples, seed=0)
    error = sum(row["samples"] * abs(row["confidence"] - row["accuracy"]) for row in rows) / 500
    assert error == pytest.approx(expected_calibration_error(samples.confidences, samples.ranks == 0))
    assert sum(row["samples"] for row in rows) == 500
    assert all(row["interval"][0] <= row["accuracy"] <= row["interval"][1] for row in rows)


def test_a_calibrated_model_lies_at_its_floor_and_a_boaster_above(draw_outputs):
    samples = make_per_sample(draw_outputs(2000))
    floor = calibration_floor(samples.confidences, seed=0)
    assert expected_calibration_error(samples.confidences, samples.ranks == 0) == pytest.approx(floor, abs=0.015)
    assert expected_calibration_error(np.sqrt(samples.confidences), samples.ranks == 0) > 3 * floor


def test_fewer_photos_have_a_higher_floor():
    few, many = (calibration_floor(np.full(count, 0.5), seed=0) for count in (60, 6000))
    assert few > 5 * many


def test_risk_at_full_coverage_is_the_share_of_errors(draw_outputs):
    samples = make_per_sample(draw_outputs(300))
    points = risk_coverage_points(samples)
    assert points[-1] == (1.0, pytest.approx((samples.ranks > 0).mean()))
    assert [coverage for coverage, _ in points] == sorted({coverage for coverage, _ in points})
    assert len(points) <= 200


def test_equal_confidences_are_never_parted(make_outputs):
    points = risk_coverage_points(make_per_sample(make_outputs([[0.4, 0.3, 0.2, 0.1]] * 4, ["BE", "FR", "BE", "BE"])))
    assert points == [(1.0, 0.25)]


def test_sizes_count_every_set_once(draw_outputs):
    rows = set_size_rows(make_per_sample(draw_outputs(200)), 4)
    assert [(row["from"], row["to"]) for row in rows] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert sum(row["samples"] for row in rows) == 200
    assert set_size_rows(make_per_sample(draw_outputs(5)), 249)[-1]["to"] == 249

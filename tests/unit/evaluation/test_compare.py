import pytest

from triovision.evaluation.compare import compare_outputs, mcnemar_probability

GOOD, BAD = [0.1, 0.7, 0.1, 0.1], [0.7, 0.1, 0.1, 0.1]


# R: binom.test(5, 20)$p.value, binom.test(0, 6)$p.value, binom.test(8, 16)$p.value
@pytest.mark.parametrize(
    ("one", "other", "chance"), [(5, 15, 0.04138947), (15, 5, 0.04138947), (0, 6, 0.03125), (8, 8, 1.0), (0, 0, 1.0)]
)
def test_mcnemar_golden_values(one, other, chance):
    assert mcnemar_probability(one, other) == pytest.approx(chance, rel=1e-6)


def test_many_photos_do_not_overflow():
    assert mcnemar_probability(40_000, 41_000) == pytest.approx(0.000446, rel=0.02)


def test_a_bundle_is_no_better_than_itself(draw_outputs):
    outputs = draw_outputs(60)
    found = compare_outputs(outputs, outputs)
    assert set(found["differences"].values()) == {0.0}
    assert found["intervals"]["top1_accuracy"] == [0.0, 0.0]
    assert found["mcnemar"] == {"only_this_right": 0, "only_other_right": 0, "probability": 1.0}


def test_a_better_bundle_is_told_apart(make_outputs):
    truth = ["FR"] * 40
    one, other = make_outputs([GOOD] * 40, truth), make_outputs([GOOD] * 20 + [BAD] * 20, truth)
    found = compare_outputs(one, other)
    assert found["differences"]["top1_accuracy"] == 0.5
    assert found["intervals"]["top1_accuracy"][0] > 0.3
    assert found["mcnemar"]["only_this_right"] == 20
    assert found["mcnemar"]["probability"] < 1e-5


def test_other_samples_are_refused(make_outputs):
    with pytest.raises(ValueError, match="different samples"):
        compare_outputs(make_outputs([GOOD], ["FR"]), make_outputs([GOOD], ["BE"]))

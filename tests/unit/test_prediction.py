import numpy as np
import pytest

from triovision.prediction import Answer, Prediction

ANSWER = Answer("country", "FR", 0.6, ("FR",), ("FR", "BE"))


@pytest.fixture
def prediction():
    return Prediction("a.jpg", ("BE", "DE", "FR"), np.array([0.3, 0.1, 0.6]), "tiny", ANSWER)


def test_top_is_sorted_and_at_most_all(prediction):
    assert prediction.top(2) == (("FR", 0.6), ("BE", 0.3))
    assert len(prediction.top(99)) == 3


def test_top_refuses_less_than_one(prediction):
    with pytest.raises(ValueError, match="at least one"):
        prediction.top(0)


def test_equal_probabilities_keep_the_labels_order():
    even = Prediction("a.jpg", ("BE", "DE", "FR"), np.full(3, 1 / 3), "tiny", ANSWER)
    assert [code for code, _ in even] == ["BE", "DE", "FR"]


def test_probability_of_a_country(prediction):
    assert prediction.probability("fr") == 0.6
    assert prediction.probability("JP") == 0.0


def test_as_dict_holds_the_whole_distribution(prediction):
    assert prediction.as_dict() == {"FR": 0.6, "BE": 0.3, "DE": 0.1}


def test_answer_knows_its_country():
    assert ANSWER.country_code == "FR"
    assert ANSWER.is_sure
    unsure = Answer("not_sure", None, 0.2, ("FR",), ("FR", "BE"))
    assert unsure.country_code is None
    assert not unsure.is_sure

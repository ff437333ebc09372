import numpy as np
import pytest

from triovision.app.charts.countries import RadarAxis, bar_chart, compute_radar, gauge_chart, radar_chart
from triovision.app.charts.layout import in_two_lines, translucent
from triovision.app.charts.model import reliability_chart, similarity_chart
from triovision.app.theme import DARK, LIGHT
from triovision.bundle import ReliabilityBin
from triovision.countries import country_name


def test_the_bars_and_the_rest_make_one(photo, words):
    (bars,) = bar_chart(photo.prediction, 5, words, LIGHT).data
    assert sum(bars.x) == pytest.approx(1)
    assert bars.x[0] == photo.prediction.top(1)[0][1]
    assert bars.customdata[-1][0] == words("answer.rest")
    assert bars.customdata[0][0] == country_name(photo.prediction.top(1)[0][0], words.language)


def test_without_a_rest_there_is_no_bar_for_it(photo, words):
    (bars,) = bar_chart(photo.prediction, 99, words, DARK).data
    assert len(bars.x) == 7


def test_the_radar_shows_what_the_model_knows(photo, classifier):
    codes = ("FR", "BE", "JP")
    axes = {axis.name.rpartition(".")[2]: axis for axis in compute_radar(photo.prediction, classifier.metadata, codes)}
    prediction = photo.prediction
    assert axes["probability"].values == tuple(prediction.probability(code) for code in codes)
    western = sum(prediction.probability(code) for code in ("BE", "DE", "FR"))
    assert axes["sub_region"].values == pytest.approx(
        (western, western, prediction.probability("JP") + prediction.probability("CN"))
    )
    assert axes["region"].values[0] == pytest.approx(western)
    assert axes["samples"].values == (13, 10, 14)
    embedding = prediction.embedding / np.linalg.norm(prediction.embedding)
    assert axes["similarity"].values[1] == pytest.approx(
        float(embedding[0]), abs=1e-5
    )  # Belgium's centroid is the first axis


def test_the_best_on_an_axis_touches_the_rim():
    assert RadarAxis("x", (2.0, 1.0, -1.0)).scaled() == (1.0, 0.5, 0.0)
    assert RadarAxis("x", (0.0, 0.0)).scaled() == (0.0, 0.0)


def test_the_radar_has_a_closed_line_per_country(photo, classifier, words):
    figure = radar_chart(photo.prediction, classifier.metadata, 3, words, LIGHT)
    assert [trace.name for trace in figure.data] == [
        country_name(c, words.language) for c, _ in photo.prediction.top(3)
    ]
    assert all(trace.r[0] == trace.r[-1] for trace in figure.data)


def test_without_centroids_the_radar_leaves_likeness_out(photo, tiny_metadata):
    axes = compute_radar(photo.prediction, tiny_metadata(centroids=None), ("FR", "BE"))
    assert len(axes) == 4


def test_a_gauge_marks_where_a_country_is_named(words):
    (gauge,) = gauge_chart("FR", 0.41, 0.6, words, LIGHT).data
    assert gauge.value == pytest.approx(41)
    assert gauge.gauge.threshold.value == pytest.approx(60)
    assert gauge.gauge.bar.color == LIGHT.primary
    assert gauge_chart("FR", 0.7, 0.6, words, LIGHT).data[0].gauge.bar.color == LIGHT.good


def test_similarity_is_symmetric_and_one_with_itself(classifier, words):
    figure = similarity_chart(classifier.metadata, ["FR", "BE", "JP"], words, DARK)
    values = np.array(figure.data[0].z, dtype=float)
    assert np.allclose(values, values.T)
    assert np.allclose(np.diag(values), 1)


def test_a_model_that_does_not_say_gets_no_chart(tiny_metadata, words):
    metadata = tiny_metadata(centroids=None)
    assert similarity_chart(metadata, ["FR"], words, LIGHT) is None
    assert reliability_chart(metadata, words, LIGHT) is None


def test_reliability_is_drawn_for_each_level_that_is_there(tiny_metadata, words):
    bins = (ReliabilityBin(0.2, 0.15, 400), ReliabilityBin(0.6, 0.55, 100))
    figure = reliability_chart(tiny_metadata(reliability={"country": bins, "region": ()}), words, LIGHT)
    diagonal, country = figure.data
    assert list(diagonal.x) == list(diagonal.y) == [0, 1]
    assert (list(country.x), list(country.y)) == ([0.2, 0.6], [0.15, 0.55])
    assert country.marker.size[0] > country.marker.size[1]
    assert country.name == words("charts.level.country")


def test_labels_and_colours():
    assert in_two_lines("looks like its photos") == "looks like<br>its photos"
    assert in_two_lines("probability") == "probability"
    assert translucent("#FF8000", 0.5) == "rgba(255,128,0,0.5)"

import csv
import dataclasses
import re

import pytest

from triovision.errors import TrainingError
from triovision.training.comparison import compare
from triovision.training.comparison.chart import line_chart, point_chart, ticks
from triovision.training.recipe import Stage

quiet = {"say": lambda _message: None}


@pytest.fixture(scope="module")
def recipes(prepared):
    """Two that can be trained, and one whose network does not exist."""
    stage = Stage(epochs=2, stored_views=1, batch_size=16, learning_rate=1e-2)
    from triovision.preprocess import Preprocessing  # noqa: PLC0415 - beside its only use
    from triovision.training.recipe import Recipe  # noqa: PLC0415

    first = Recipe(
        "first",
        network="test_efficientnet",
        weights="none",
        preprocessing=Preprocessing(input_size=(32, 32)),
        stages=(stage,),
    )
    second = dataclasses.replace(first, name="<second>", network="test_resnet", folds=2)
    return [first, second, dataclasses.replace(first, name="third", network="nonsuch")]


@pytest.fixture(scope="module")
def compared(prepared, recipes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    return folder, compare(recipes, prepared, folder, **quiet)


def test_every_recipe_has_its_row_and_its_lines(compared):
    folder, entries = compared
    page = (folder / "compare.html").read_text(encoding="utf-8")
    assert [bool(entry.summary) for entry in entries] == [True, True, False]
    assert page.count("<tr>") == 1 + 3
    assert page.count("<polyline") == 3 * 2
    assert "timm knows no such network" in page
    assert "<second>" not in page
    assert "&lt;second&gt;" in page


def test_the_page_asks_the_network_for_nothing(compared):
    page = (compared[0] / "compare.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|<script|<link|<img|@import|url\(", page)


def test_curves_are_the_mean_over_folds(compared):
    first, second, _ = compared[1]
    assert len(first.curves["negative_log_likelihood"]) == len(second.curves["loss"]) == 2
    with (compared[0] / "<second>" / "metrics.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["fit"].startswith("fold-") and row["epoch"] == "0.0"]
    of_folds = [float(row["negative_log_likelihood"]) for row in rows]
    assert len(set(of_folds)) == 2
    assert second.curves["negative_log_likelihood"][0] == pytest.approx(sum(of_folds) / 2)


def test_finished_runs_are_not_trained_again(compared, prepared, recipes):
    folder, entries = compared
    said = []
    again = compare(recipes, prepared, folder, say=said.append)
    assert [entry.summary for entry in again] == [entry.summary for entry in entries]
    assert sum("finished already" in line for line in said) == 2


def test_a_run_of_another_recipe_is_not_taken_for_this_one(compared, prepared, recipes):
    folder, _ = compared
    (entry,) = compare([dataclasses.replace(recipes[0], seed=1)], prepared, folder, **quiet)
    assert "another recipe (seed differ" in entry.problem


def test_one_name_twice_is_refused(prepared, recipes, tmp_path):
    with pytest.raises(TrainingError, match="first: named more than once"):
        compare([recipes[0], recipes[0]], prepared, tmp_path / "new", **quiet)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_told(prepared, recipes, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="cannot be written"):
        compare(recipes[2:], prepared, tmp_path / "file", **quiet)


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (0.31, 0.42, [0.3, 0.35, 0.4, 0.45]), (3, 3, [3, 4]), (0, 0, [0, 0.2])],
)
def test_ticks_are_round_and_enclose_the_values(least, most, expected):
    found = ticks(least, most)
    assert found[:1] == pytest.approx(expected[:1])
    assert found[0] <= least
    assert found[-1] >= most
    assert len(found) >= 2


def test_a_chart_of_nothing_is_left_out():
    assert line_chart("a", "b", {"x": [float("nan")]}, {"x": 0}) == ""
    assert point_chart("a", "b", {}, {}) == ""


def test_a_line_without_figures_is_left_out_and_a_ninth_is_dashed():
    chart = line_chart("a", "b", {"x": [1.0, 2.0], "none": []}, {"x": 8, "none": 1})
    assert chart.count("<polyline") == 1
    assert "stroke-dasharray" in chart


def test_names_of_equal_points_do_not_overlap():
    chart = point_chart("a", "b", {"x": (1.0, 0.5), "y": (1.0, 0.5)}, {"x": 0, "y": 1})
    heights = re.findall(r'y="([\d.]+)" text-anchor="\w+" style', chart)
    assert len(set(heights)) == 2

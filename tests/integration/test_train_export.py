"""From a prepared data set to an answer, by the commands that a person types."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from triovision.classifier import CountryClassifier

MAKER = runpy.run_path(str(Path(__file__).parents[1] / "prepared_set.py"))

RECIPE = """
from triovision.preprocess import Preprocessing
from triovision.training.recipe import Recipe, Stage

RECIPE = Recipe(
    name="smoke",
    network="test_efficientnet",
    preprocessing=Preprocessing(input_size=(64, 64), crop_pct=1.0, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
    stages=(Stage(epochs=6, stored_views=2, batch_size=16, learning_rate=1e-2, patience=0),),
)
"""


def triovision(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "triovision", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workplace")
    MAKER["write_prepared"](folder / "data", MAKER["make_rows"](per_country=28))
    (folder / "smoke.py").write_text(RECIPE)
    return folder


@pytest.fixture(scope="module")
def bundle(workplace):
    trained = triovision(
        "train", workplace / "smoke.py", "--data", workplace / "data", "--to", workplace / "run",
        "--weights", "none", "--folds", "2", "seed=3",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    assert "top1_accuracy" in trained.stdout
    assert "Warning" not in trained.stderr
    exported = triovision(
        "export", workplace / "run", "--data", workplace / "data", "--to", workplace / "smoke.onnx",
        "--licence", "CC0-1.0",
    )  # fmt: skip
    assert exported.returncode == 0, exported.stderr
    return workplace / "smoke.onnx"


@pytest.mark.slow  # three processes that load torch
def test_the_bundle_tells_countries_apart(bundle):
    classifier = CountryClassifier.load(str(bundle))
    random = np.random.default_rng(9)
    for code in MAKER["COLOURS"]:
        prediction = classifier.predict(Image.fromarray(np.asarray(MAKER["make_photo"](code, random))))
        assert prediction.top(1)[0][0] == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "nothing", "--data", "nowhere", "--to", "x"), "no such recipe"),
        (("train", "starter", "--data", "nowhere", "--to", "x", "sead=1"), "did you mean seed"),
        (("train", "starter", "--data", "nowhere", "--to", "x"), "missing"),
        (("export", "nowhere", "--data", "nowhere", "--to", "x"), "not a finished training run"),
    ],
)
def test_mistakes_get_one_line(arguments, message, tmp_path):
    found = triovision(*(str(tmp_path / "x") if argument == "x" else argument for argument in arguments))
    assert found.returncode == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr
    assert list(tmp_path.iterdir()) == []

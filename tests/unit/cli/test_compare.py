import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.errors import TrainingError

MAKER = runpy.run_path(str(Path(__file__).parents[2] / "prepared_set.py"))

RECIPE = """
from triovision.preprocess import Preprocessing
from triovision.training.recipe import Recipe, Stage

RECIPE = Recipe(
    name="{name}",
    network="{network}",
    preprocessing=Preprocessing(input_size=(32, 32)),
    stages=(Stage(epochs=1, stored_views=1, batch_size=16),),
)
"""


@pytest.fixture
def command(tmp_path):
    for name, network in (("one", "test_efficientnet"), ("broken", "nonsuch")):
        (tmp_path / f"{name}.py").write_text(RECIPE.format(name=name, network=network))
    data = MAKER["write_prepared"](tmp_path / "data", MAKER["make_rows"](per_country=7))

    def command(*words):
        recipes = [str(tmp_path / word) if word.endswith(".py") else word for word in words]
        arguments = ["compare", *recipes, "--data", str(data), "--to", str(tmp_path / "to"), "--weights", "none"]
        return CliRunner().invoke(cli, arguments, standalone_mode=False)

    return command


def test_the_page_and_the_exit_code(command, tmp_path):
    result = command("one.py", "broken.py", "seed=3")
    assert result.return_value == 1
    assert "1 recipes, 1 failed" in result.stdout
    assert "test_efficientnet" in (tmp_path / "to" / "compare.html").read_text()
    assert '"seed": 3' in (tmp_path / "to" / "one" / "recipe.json").read_text()


def test_nothing_done(command):
    assert command("broken.py").return_value == 2


def test_a_recipe_that_does_not_exist_stops_before_any_is_trained(command, tmp_path):
    result = command("one.py", "startr")
    assert isinstance(result.exception, TrainingError)
    assert "did you mean starter" in str(result.exception)
    assert not (tmp_path / "to").exists()


def test_overrides_alone_are_no_recipe(command):
    assert "name at least one RECIPE" in str(command("seed=1").exception)

import json

import pytest

from triovision.errors import TrainingError
from triovision.training.recipe import Augmentation, HeadStart, Objective, Recipe, Sampling, Stage
from triovision.training.recipe_files import (
    load_recipe,
    override_recipe,
    recipe_from_json,
    recipe_names,
    recipe_to_json,
)

RECIPE = Recipe("r", stages=(Stage(stored_views=2), Stage(frozen_blocks=3)))


def test_starter_loads_by_name_and_by_path(tmp_path):
    starter = load_recipe("starter")
    path = tmp_path / "mine.py"
    path.write_text("from triovision.training.recipe import Recipe\nRECIPE = Recipe('mine')\n")
    assert "starter" in recipe_names()
    assert starter.name == "starter"
    assert load_recipe(str(path), ["seed=7"]).seed == 7


@pytest.mark.parametrize(
    ("override", "read", "value"),
    [
        ("seed=3", lambda r: r.seed, 3),
        ("network=resnet50", lambda r: r.network, "resnet50"),
        ("channels_last=false", lambda r: r.channels_last, False),
        ("monitor=top1_accuracy", lambda r: r.monitor, "top1_accuracy"),
        ("stages.1.epochs=9", lambda r: r.stages[1].epochs, 9),
        ("stages.0.learning_rate=1", lambda r: r.stages[0].learning_rate, 1.0),
        ("objective.near_share=0.25", lambda r: r.objective.near_share, 0.25),
        ("preprocessing.input_size=(160, 160)", lambda r: r.preprocessing.input_size, (160, 160)),
        ("preprocessing.input_size=[160, 160]", lambda r: r.preprocessing.input_size, (160, 160)),
        ("sampling.train_only=('a', 'b')", lambda r: r.sampling.train_only, ("a", "b")),
        ("sampling.collection_weights={'a': 0.5}", lambda r: r.sampling.collection_weights, {"a": 0.5}),
    ],
)
def test_override_is_typed_by_the_field(override, read, value):
    changed = read(override_recipe(RECIPE, [override]))
    assert changed == value
    assert type(changed) is type(value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sead=3", "did you mean seed"),
        ("near_share=0.1", "objective.near_share"),
        ("stages.0.epoch=3", "stages.0.epochs"),
        ("stages.5.epochs=3", "no index"),
        ("stages=3", "fields of its own"),
        ("objective=3", "fields of its own"),
        ("seed.x=3", "did you mean seed"),
        ("seed=1.5", "is not int"),
        ("seed=true", "is not int"),
        ("stages.0.warmup=x", "is not float"),
        ("channels_last=1", "neither true nor false"),
        ("precision=64", "none of auto, 32-true"),
        ("augmentation.test_views=3", "none of 1, 2, 6"),
        ("preprocessing.input_size=(1,)", "is not tuple"),
        ("sampling.train_only=3", "is not tuple"),
        ("sampling.collection_weights={1: 2}", "is not"),
        ("stages.0.epochs=-1", "epochs is below 0"),
        ("seed", "not key=value"),
    ],
)
def test_bad_override_is_refused_with_a_hint(override, message):
    with pytest.raises(TrainingError, match=message.replace("(", r"\(")):
        override_recipe(RECIPE, [override])


def test_unknown_recipe_names_near_matches():
    with pytest.raises(TrainingError, match="did you mean starter"):
        load_recipe("startr")


@pytest.mark.parametrize("text", ["", "x = 1", "RECIPE = 3", "RECIPE = (", "import nowhere", "Recipe(seed='a')"])
def test_file_without_a_recipe_is_refused(tmp_path, text):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"recipes/starter\.py"):
        load_recipe(str(path))


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="no recipe file"):
        load_recipe(str(tmp_path / "none.py"))


def test_json_round_trip():
    recipe = load_recipe("starter")
    assert recipe_from_json(json.loads(json.dumps(recipe_to_json(recipe)))) == recipe


@pytest.mark.parametrize("content", [{}, {"name": "x", "stages": []}])
def test_foreign_json_is_refused(content):
    with pytest.raises(TrainingError, match="not a recipe of this version"):
        recipe_from_json(content)


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (Stage, {"epochs": -1}, "epochs"),
        (Stage, {"learning_rate": 0}, "learning_rate"),
        (Stage, {"frozen_blocks": -2}, "frozen_blocks"),
        (Stage, {"schedule": "step"}, "schedule"),
        (Stage, {"batch_norm": "none"}, "batch_norm"),
        (Stage, {"layer_decay": 0}, "layer_decay"),
        (Stage, {"average_decay": 1}, "average_decay"),
        (Stage, {"blend": 0}, "blend"),
        (Stage, {"dropout": 1}, "dropout"),
        (Stage, {"batch_size": 0}, "batch_size"),
        (Augmentation, {"crop_area": (0, 1)}, "crop_area"),
        (Augmentation, {"crop_ratio": (2, 1)}, "crop_ratio"),
        (Augmentation, {"flip": 2}, "flip"),
        (Augmentation, {"rotation_deg": 181}, "rotation_deg"),
        (Objective, {"near_share": 0.5, "uniform_share": 0.5}, "nothing for the truth"),
        (Objective, {"near_share": -0.1}, "share"),
        (Objective, {"near": "x"}, "near"),
        (Objective, {"near_km": 0}, "near_km"),
        (Objective, {"prior_strength": -1}, "prior_strength"),
        (Sampling, {"landmark_cap": -1}, "cap"),
        (Sampling, {"collection_weights": {"a": -1}}, "weight"),
        (HeadStart, {"kind": "x"}, "kind"),
        (HeadStart, {"shrinkage": 2}, "shrinkage"),
        (HeadStart, {"lean_all": -1}, "lean"),
        (HeadStart, {"temperature": 0}, "temperature"),
        (Recipe, {"name": ""}, "name"),
        (Recipe, {"name": "a", "stages": ()}, "train nothing"),
        (Recipe, {"name": "a", "folds": 1}, "folds"),
        (Recipe, {"name": "a", "heads": 0}, "heads"),
        (Recipe, {"name": "a", "workers": -1}, "workers"),
        (Recipe, {"name": "a", "monitor": "x"}, "monitor"),
        (Recipe, {"name": "a", "precision": "x"}, "precision"),
        (Recipe, {"name": "a", "stored_precision": "x"}, "stored_precision"),
        (Recipe, {"name": "a", "stages": (Stage(frozen_blocks=2), Stage(stored_views=1))}, "freeze blocks again"),
        (Recipe, {"name": "a", "head_start": HeadStart("discriminant")}, "discriminant"),
    ],
)
def test_value_out_of_range_is_refused(kind, fields, message):
    with pytest.raises(ValueError, match=message):
        kind(**fields)

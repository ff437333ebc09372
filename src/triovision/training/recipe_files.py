"""Recipes by name or path, with `key=value` overrides typed by the recipe's fields."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import triovision
from triovision.errors import TrainingError
from triovision.training.recipe import Recipe, Stage

__all__ = ["load_recipe", "override_recipe", "recipe_from_json", "recipe_names", "recipe_to_json"]


def load_recipe(name_or_path: str, overrides: Sequence[str] = ()) -> Recipe:
    """Load a recipe and change some of its fields.

    Args:
        name_or_path: Name of a recipe that comes with TrioVision, or path of a `.py` file that defines `RECIPE`.
        overrides: `key=value`, nested fields with dots: `seed=1`, `objective.near_share=0.2`, `stages.0.epochs=5`.

    Raises:
        TrainingError: If there is no such recipe, or an override does not fit; it names near matches.
    """
    path = Path(name_or_path) if name_or_path.endswith(".py") else _recipe_paths().get(name_or_path)
    if path is None:
        raise TrainingError(_unknown("recipe", name_or_path, recipe_names()))
    if not path.is_file():
        raise TrainingError(f"{path}: no recipe file there; known recipes: {', '.join(recipe_names())}")
    try:
        recipe = runpy.run_path(str(path)).get("RECIPE")
    except (ValueError, TypeError, SyntaxError, NameError, ImportError) as error:
        raise TrainingError(f"{path}: not a recipe ({error}); compare it with recipes/starter.py") from error
    if not isinstance(recipe, Recipe):
        raise TrainingError(f"{path}: defines no RECIPE; compare it with recipes/starter.py")
    return override_recipe(recipe, overrides)


def recipe_names() -> list[str]:
    """Names of the recipes that come with TrioVision."""
    return sorted(_recipe_paths())


def _recipe_paths() -> dict[str, Path]:
    package = Path(triovision.__file__).parent
    # A wheel carries the recipes inside the package; a source checkout has them at its root (src/triovision/..).
    folders = (package / "recipes", package.parents[1] / "recipes")
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            found.setdefault(path.stem, path)
    return found


def override_recipe(recipe: Recipe, overrides: Sequence[str]) -> Recipe:
    """Change fields of a recipe.

    Args:
        recipe: To start from.
        overrides: See `load_recipe`.

    Raises:
        TrainingError: If a key is unknown or a value does not fit.
    """
    for item in overrides:
        key, equals, text = item.partition("=")
        if not equals or not key:
            raise TrainingError(f"{item!r}: not key=value; write e.g. seed=1")
        try:
            recipe = _replace(recipe, key.split("."), text, key)
        except ValueError as error:
            raise TrainingError(f"{item}: {error}; see the fields of triovision.training.recipe") from error
    return recipe


def _replace(part: Any, path: list[str], text: str, key: str) -> Any:
    name, rest = path[0], path[1:]
    if isinstance(part, tuple):
        if not name.isdigit() or int(name) >= len(part):
            raise TrainingError(f"{key}: {name!r} is no index; there are {len(part)} stages, counted from 0")
        index = int(name)
        return (*part[:index], _replace(part[index], rest, text, key), *part[index + 1 :])
    names = [item.name for item in dataclasses.fields(part)]
    if name not in names:
        raise TrainingError(_unknown("key", key, _all_keys(part, key.removesuffix(".".join(path)))))
    value = getattr(part, name)
    if rest and not (dataclasses.is_dataclass(value) or name == "stages"):
        raise TrainingError(_unknown("key", key, [key.removesuffix("." + ".".join(rest))]))
    if rest:
        return dataclasses.replace(part, **{name: _replace(value, rest, text, key)})
    if dataclasses.is_dataclass(value) or name == "stages":
        raise TrainingError(f"{key}: has fields of its own; write e.g. {_all_keys(part, '', name)[0]}=...")
    return dataclasses.replace(part, **{name: _typed(text, get_type_hints(type(part))[name], key)})


def _all_keys(part: Any, prefix: str, only: str | None = None) -> list[str]:
    keys: list[str] = []
    for item in dataclasses.fields(part):
        value = getattr(part, item.name)
        if only is not None and item.name != only:
            continue
        if dataclasses.is_dataclass(value):
            keys += _all_keys(value, f"{prefix}{item.name}.")
        elif item.name == "stages":
            for index, stage in enumerate(value):
                keys += _all_keys(stage, f"{prefix}stages.{index}.")
        else:
            keys.append(prefix + item.name)
    return keys


def _unknown(what: str, wanted: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    # A nested field is often asked for by its last name alone.
    near += [key for key in known if key.rpartition(".")[2] == wanted and key not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known) or 'none'}"
    return f"{wanted}: no such {what}; {hint}"


def _typed(text: str, hint: Any, key: str) -> Any:
    if hint is str:
        return text
    if get_origin(hint) is Literal:
        choices = {str(choice): choice for choice in get_args(hint)}
        if text not in choices:
            raise TrainingError(f"{key}={text}: is none of {', '.join(choices)}")
        return choices[text]
    if hint is bool:
        if text.lower() not in ("true", "false"):
            raise TrainingError(f"{key}={text}: is neither true nor false")
        return text.lower() == "true"
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not _fits(value, hint):
        raise TrainingError(f"{key}={text}: is not {_type_name(hint)}")
    return _tuples(value)


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        if not isinstance(value, tuple | list):
            return False
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return len(kinds) == len(value) and all(_fits(part, kind) for part, kind in zip(value, kinds, strict=True))
    if origin is Mapping or (origin is not None and isinstance(origin, type) and issubclass(origin, Mapping)):
        return isinstance(value, dict) and all(
            _fits(name, arguments[0]) and _fits(part, arguments[1]) for name, part in value.items()
        )
    if origin in (Union, UnionType):
        return any(_fits(value, kind) for kind in arguments)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))


def _type_name(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint)) if get_origin(hint) is None else str(hint)


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain JSON values; `recipe_from_json` takes it back."""
    return dataclasses.asdict(recipe)


def recipe_from_json(content: Mapping[str, Any]) -> Recipe:
    """A recipe from the JSON that a run folder keeps.

    Raises:
        TrainingError: If a field is unknown or does not fit.
    """
    try:
        recipe: Recipe = _from_json(Recipe, content)
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"recipe.json: not a recipe of this version ({error}); train again") from error
    return recipe


def _from_json(kind: type[Any], content: Mapping[str, Any]) -> Any:
    """A dataclass from its fields; those that are left out take their defaults, as in runs of earlier versions."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in content.items():
        hint = hints.get(key)
        if dataclasses.is_dataclass(hint):
            values[key] = _from_json(hint, value)  # type: ignore[arg-type] # a class, not an instance
        elif key == "stages":
            values[key] = tuple(_from_json(Stage, stage) for stage in value)
        else:
            values[key] = _tuples(value)
    return kind(**values)


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(part) for part in value)
    return {key: _tuples(part) for key, part in value.items()} if isinstance(value, dict) else value

"""`triovision compare`: several recipes on the same data, on one page."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["compare"]

_SOME_FAILED, _NOTHING_DONE = 1, 2


@click.command()
@click.argument("recipes", nargs=-1, required=True, metavar="RECIPE... [KEY=VALUE]...")
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder that `triovision data prepare` wrote."
)
@click.option("--to", type=click.Path(path_type=Path), required=True, help="Folder for the page and the runs.")
@click.option("--weights", help="Start from `none`, `pretrained` or a FOLDER of NETWORK.safetensors.")
@click.option("--folds", type=int, help="Cross-validate by collection in so many folds; 0 holds out the val split.")
def compare(recipes: tuple[str, ...], data: Path, to: Path, weights: str | None, folds: int | None) -> int:
    """Train every RECIPE and write one page with their curves, sizes, speeds and scores: TO/compare.html.

    KEY=VALUE changes a field of all of them. The same command again goes on where it was stopped.
    """
    from triovision.training.extra import check_train_extra  # noqa: PLC0415
    from triovision.training.recipe_files import load_recipe  # noqa: PLC0415

    options = [f"weights={weights}"] * (weights is not None) + [f"folds={folds}"] * (folds is not None)
    overrides = [word for word in recipes if "=" in word] + options
    names = [word for word in recipes if "=" not in word]
    if not names:
        raise click.UsageError("name at least one RECIPE")
    chosen = [load_recipe(name, overrides) for name in names]
    check_train_extra()
    from triovision.training.comparison import compare as run  # noqa: PLC0415
    from triovision.training.processes import is_first  # noqa: PLC0415

    entries = run(chosen, data, to)
    failed = sum(bool(entry.problem) for entry in entries)
    if is_first():
        click.echo(f"{to / 'compare.html'}: {len(entries) - failed} recipes, {failed} failed")
    if failed:
        return _NOTHING_DONE if failed == len(entries) else _SOME_FAILED
    return 0

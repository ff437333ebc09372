"""`triovision train`: a recipe and a prepared data set -> a run folder."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["train"]


@click.command()
@click.argument("recipe")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder that `triovision data prepare` wrote.",
)
@click.option("--to", type=click.Path(path_type=Path), required=True, help="New folder for the run.")
@click.option("--resume", is_flag=True, help="Go on with the run that was interrupted in that folder, if there is one.")
@click.option(
    "--weights", help="Start from `none`, `pretrained`, a FILE.safetensors or a FOLDER of NETWORK.safetensors."
)
@click.option("--folds", type=int, help="Cross-validate by collection in so many folds; 0 holds out the val split.")
def train(
    recipe: str,
    overrides: tuple[str, ...],
    data: Path,
    to: Path,
    resume: bool,  # noqa: FBT001 - click passes it by name
    weights: str | None,
    folds: int | None,
) -> None:
    """Train RECIPE, the name of a recipe or the path of a recipe file.

    KEY=VALUE changes a field of the recipe, e.g. seed=1, stages.0.epochs=5 or objective.near_share=0.2.

    On several GPUs or machines: torchrun --nproc-per-node 8 -m triovision train RECIPE ... A run that was stopped
    goes on from its last checkpoint with the same command and --resume, to the same weights.
    """
    from triovision.training.extra import check_train_extra  # noqa: PLC0415
    from triovision.training.recipe_files import load_recipe  # noqa: PLC0415

    options = [f"weights={weights}"] * (weights is not None) + [f"folds={folds}"] * (folds is not None)
    # A slip in the recipe is told before torch has taken seconds to load.
    chosen = load_recipe(recipe, (*overrides, *options))
    check_train_extra()
    from triovision.training.loop import train as run  # noqa: PLC0415
    from triovision.training.processes import is_first  # noqa: PLC0415

    summary = run(chosen, data, to, resume=resume)
    figures = ", ".join(f"{name} {value:.4f}" for name, value in summary["figures"].items())
    if is_first():
        click.echo(f"{to}: {summary['held_out']} samples held out: {figures} ({summary['seconds']:.0f} s)")

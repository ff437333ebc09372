"""`triovision models`: the models that come with the package."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["models"]

_HEADLINES = ("top1_accuracy", "top5_accuracy", "expected_calibration_error")


@click.command()
@click.option(
    "-f",
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def models(output_format: str) -> None:
    """List the embedded models and their figures."""
    from triovision.classifier import CountryClassifier, embedded_models  # noqa: PLC0415

    cards = [_card(name, CountryClassifier.load(name)) for name in embedded_models()]
    if output_format == "json":
        click.echo(json.dumps(cards, ensure_ascii=False, indent=2))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(header_style="bold")
    for column in ("Model", "Countries", "Size", "Input", "Figures", "Licence", "Made by"):
        table.add_column(column)
    for card in cards:
        figures = "\n".join(
            f"{split}: " + ", ".join(f"{key} {values[key]:.3f}" for key in _HEADLINES if key in values)
            for split, values in card["metrics"].items()
        )
        size = f"{card['size_bytes'] / 1e6:.1f} MB"
        pixels = "x".join(str(side) for side in card["input_size"])
        made_by = f"recipe {card['recipe']}, {card['date']}"
        table.add_row(card["name"], str(card["countries"]), size, pixels, figures, card["licence"], made_by)
    Console().print(table)


def _card(name: str, classifier: Any) -> dict[str, Any]:
    metadata = classifier.metadata
    return {
        "name": name,
        "countries": len(metadata.country_codes),
        "size_bytes": classifier.bundle.size_bytes,
        "input_size": list(metadata.preprocessing.input_size),
        "temperature": metadata.temperature,
        "metrics": {split: dict(figures) for split, figures in metadata.metrics.items()},
        "licence": metadata.licence,
        "recipe": metadata.provenance.recipe,
        "commit": metadata.provenance.commit,
        "date": metadata.provenance.date,
    }

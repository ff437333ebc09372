"""What `triovision data prepare` says at its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triovision.data.manifest import PreparedData

__all__ = ["print_summary"]


def print_summary(prepared: PreparedData) -> None:
    """Print splits, labels, hash and what was left out."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    facts = prepared.facts
    columns = ("samples", "countries", "sources", "landmarks", "samples_outside_labels")
    table = Table("Split", *(_heading(column) for column in columns), header_style="bold")
    for split, counts in facts["splits"].items():
        table.add_row(split, *(f"{counts[column]:,}" for column in columns))
    console = Console()
    console.print(table)
    lines = [f"labels: {facts['labels']} countries", f"data: {facts['data_hash']}"]
    if facts["rejects"]:
        lines.insert(0, f"left out (rejects.csv): {_counted(facts['rejects'].items())}")
    if prepared.reused_shards:
        lines.append(f"{prepared.reused_shards} of {len(facts['shards'])} shards were finished by an earlier run")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _heading(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _counted(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in pairs)

"""The report's protocol and ours on the same photos: measured its way, and on photographers never trained on.

Run: `python benchmarks/report_protocol.py DATA PHOTOS.csv --work FOLDER` (about half an hour on two idle cores; goes on
where it was stopped, since what is in FOLDER is not made again)

DATA is what `triovision data prepare folder PHOTOS.csv` wrote, split by source. Its training photos are split again, at
random by photo, 80/10/10, as the report does; its test photos stay what they are: of sources on neither side. Both
recipes train on the same 80 %, stop by the same tenth, and are exported and evaluated by the product's own commands on
the photos they were trained on, on the last tenth (the report's figure) and on the test sources (the honest one).

The report's network is EfficientNet-B0 with weights that must be downloaded; where they cannot be, Lite0 (the same
without squeeze-and-excitation) stands in for it, by the overrides below.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from pyarrow import parquet

from machine import write_result
from product import once, parse_data_and_table, triovision
from triovision.data.splits import seeded_order

RECIPES = {
    "report-b0": ("network=tf_efficientnet_lite0", "workers=2"),
    "starter": (),
}
FIGURES = (
    "top1_accuracy",
    "top5_accuracy",
    "mean_per_class_accuracy",
    "macro_f1",
    "region_accuracy",
    "negative_log_likelihood",
    "expected_calibration_error",
)


def read_splits(data: Path) -> dict[str, str]:
    """Photo -> train, val, tenth (all by photo) or test (by source)."""
    table = parquet.read_table(data / "manifest.parquet", columns=["photo", "split"])
    split_of = dict(zip(table["photo"].to_pylist(), table["split"].to_pylist(), strict=True))
    mixed = sorted((name for name in split_of if split_of[name] != "test"), key=lambda name: seeded_order(0, name))
    tenth = len(mixed) // 10
    for place, name in enumerate(mixed):
        split_of[name] = "val" if place < tenth else "tenth" if place < 2 * tenth else "train"
    return split_of


def prepare(table: Path, split_of: dict[str, str], renamed: dict[str, str], to: Path, split_by: str = "photo") -> None:
    """Prepare the photos of some splits under the split that each shall have."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if split_of.get(row["photo"]) in renamed]
    chosen = to.with_suffix(".csv")
    with chosen.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "split"])
        writer.writeheader()
        writer.writerows({**row, "split": renamed[split_of[row["photo"]]]} for row in rows)
    # `prepare folder` looks for them in `photos` beside the table.
    link = to.parent / "photos"
    link.unlink(missing_ok=True)
    link.symlink_to((table.parent / "photos").resolve(), target_is_directory=True)
    triovision("data", "prepare", "folder", chosen, "--to", to, "--split-by", split_by)


def evaluate(bundle: Path, data: Path, split: str, to: Path) -> dict[str, Any]:
    """Figures of a bundle on a split."""
    once(to, lambda: triovision("evaluate", bundle, "--data", data, "--split", split, "--to", to, "--no-photos"))
    content = json.loads((to / "metrics.json").read_text(encoding="utf-8"))
    return {
        "samples": content["samples"],
        **{name: round(content["figures"][name], 4) for name in FIGURES},
        "top1_interval": [round(end, 4) for end in content["intervals"]["top1_accuracy"]],
    }


def measure(recipe: str, overrides: tuple[str, ...], trained: Path, tenth: Path, work: Path) -> dict[str, Any]:
    """Train a recipe and measure it on the three kinds of photos."""
    run, bundle = work / recipe, work / f"{recipe}.onnx"
    triovision("train", recipe, "--data", trained, "--to", run, "--resume", "--folds", "0", *overrides)
    once(bundle, lambda: triovision("export", run, "--data", trained, "--to", bundle, "--name", recipe))
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    report = work / f"{recipe}-report"
    return {
        "recipe": recipe,
        "overrides": overrides,
        "epochs_kept": summary["epochs_kept"],
        "seconds": summary["seconds"],
        "trained on": evaluate(bundle, trained, "train", work / f"{report.name}-train"),
        "by photo": evaluate(bundle, tenth, "test", work / f"{report.name}-photo"),
        "unseen sources": evaluate(bundle, trained, "test", work / f"{report.name}-source"),
    }


def main() -> None:
    """Measure, print, write `results/report_protocol.json`."""
    given = parse_data_and_table(__doc__)
    given.work.mkdir(parents=True, exist_ok=True)
    splits = read_splits(given.data)
    kept = {"train": "train", "val": "val", "test": "test"}
    trained = once(given.work / "trained", lambda: prepare(given.table, splits, kept, given.work / "trained"))
    # Beside the tenth, the photos trained on: without them `prepare` would know other countries.
    apart = {"train": "train", "val": "val", "tenth": "test"}
    tenth = once(given.work / "tenth", lambda: prepare(given.table, splits, apart, given.work / "tenth"))
    rows = [measure(recipe, overrides, trained, tenth, given.work) for recipe, overrides in RECIPES.items()]
    print(json.dumps(rows, indent=2))
    print(write_result("report_protocol", {"data": given.data.name, "rows": rows}))


if __name__ == "__main__":
    main()

"""Is a network made of the folds' heads better than one trained on all photos?

Run: `python benchmarks/fold_average.py DATA PHOTOS.csv --work FOLDER` (about ten minutes on two idle cores; goes on
where it was stopped, since what is in FOLDER is not made again)

DATA is what `triovision data prepare folder PHOTOS.csv` wrote, split by source. A network that averages folds has seen
every photo of its run, so its worth shows only on photos of no fold: whole sources, a third of DATA's training photos
in turn. On the others the head of the starter's recipe is trained twice, with `final=folds` and with `final=all`, and
both are exported and evaluated by the product's own commands. DATA's own test split is not looked at.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyarrow import parquet

from machine import write_result
from product import once, parse_data_and_table, triovision
from report_protocol import prepare
from triovision.training.folds import assign_folds
from triovision.training.prepared import read_samples
from triovision.training.recipe_files import load_recipe

THIRDS = 3
FIGURES = ("top1_accuracy", "top5_accuracy", "mean_per_class_accuracy", "region_accuracy", "negative_log_likelihood")
HEAD_ALONE = ("stages.1.epochs=0", "stages.0.stored_views=9")


def split_by_third(data: Path, third: int) -> dict[str, str]:
    """Photo -> test where its source is in that third, else train; DATA's test photos are left out."""
    samples = read_samples(data).of_splits("train", "val")
    held_out = assign_folds(samples, THIRDS, load_recipe("starter").sampling) == third
    table = parquet.read_table(data / "manifest.parquet", columns=["sample_id", "photo"])
    photo_of = dict(zip(table["sample_id"].to_pylist(), table["photo"].to_pylist(), strict=True))
    pairs = zip(samples.sample_ids.tolist(), held_out, strict=True)
    return {photo_of[sample]: "test" if out else "train" for sample, out in pairs}


def measure(data: Path, final: str, work: Path) -> dict[str, Any]:
    """Train with one kind of final network and evaluate it on the third that it has not seen."""
    run, bundle, report = work / f"{final}-run", work / f"{final}.onnx", work / f"{final}-report"
    stored = f"machine.stored_folder={work / 'stored'}"
    changes = (*HEAD_ALONE, f"final={final}", stored)
    triovision("train", "starter", "--data", data, "--to", run, "--resume", "--folds", "3", *changes)
    once(bundle, lambda: triovision("export", run, "--data", data, "--to", bundle, "--name", final))
    once(report, lambda: triovision("evaluate", bundle, "--data", data, "--to", report, "--no-photos"))
    content: dict[str, Any] = json.loads((report / "metrics.json").read_text(encoding="utf-8"))
    return content


def main() -> None:
    """Measure, print, write `results/fold_average.json`."""
    given = parse_data_and_table(__doc__)
    rows: dict[str, list[dict[str, Any]]] = {"all": [], "folds": []}
    for third in range(THIRDS):
        work = given.work / f"third-{third}"
        work.mkdir(parents=True, exist_ok=True)
        split_of = split_by_third(given.data, third)
        data = work / "data"
        once(data, lambda: prepare(given.table, split_of, {"train": "train", "test": "test"}, data, "source"))  # noqa: B023 - called at once
        for final, contents in rows.items():
            contents.append(measure(data, final, work))
    result = {}
    for final, contents in rows.items():
        photos = sum(content["samples"] for content in contents)
        means = {
            name: round(sum(content["samples"] * content["figures"][name] for content in contents) / photos, 4)
            for name in FIGURES
        }
        by_third = [round(content["figures"]["top1_accuracy"], 4) for content in contents]
        result[final] = {"photos": photos, **means, "top1_by_third": by_third}
    print(json.dumps(result, indent=2))
    print(write_result("fold_average", {"data": given.data.name, "final": result}))


if __name__ == "__main__":
    main()

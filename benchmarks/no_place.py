"""Which test tells photos of places from pictures of none, and what the bundle's own gate does with both.

Run: `python benchmarks/no_place.py BUNDLE --data DATA [--pictures FOLDER] [--photos PHOTOS]`

Places are the test split of a prepared data set, and the train split for what the tests are fitted on. Pictures of no
place are drawn (`draw_not_places.py`), read from a folder (sample pictures of Python packages, say; every picture in it
counts as no place), and the close-ups of animals and food that were dropped from the training photos
(`recipes/starter_data/dropped.csv`, below PHOTOS). No picture is copied.

A test's score is higher the less a picture looks like a place. AUROC: chance that a picture of no place scores higher
than a photo of a place. "caught": share of them beyond the score that 2 % of the train split lie beyond.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from draw_not_places import KINDS, draw
from machine import write_result
from triovision.bundle import Bundle, read_bundle
from triovision.data.manifest import find_shards
from triovision.data.shards import read_shard
from triovision.decision import calibrate, looks_like_a_place, place_similarity
from triovision.errors import PhotoError
from triovision.photo import read_photo
from triovision.preprocess import preprocess

DROPPED = Path(__file__).parent.parent / "recipes" / "starter_data" / "dropped.csv"
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
REFUSED = 0.02


class Outputs(NamedTuple):
    """Logits and embeddings of some pictures."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def run(bundle: Bundle, pictures: Iterable[object]) -> Outputs:
    """Run the bundle as the product would; a picture that cannot be read is left out."""
    preprocessing = bundle.metadata.preprocessing
    logits, embeddings = [], []
    for picture in pictures:
        try:
            photo = read_photo(picture, short_side_px=preprocessing.decode_short_side_px)  # type: ignore[arg-type]
        except PhotoError:
            continue
        output = bundle.run(preprocess(photo.image, preprocessing)[None])
        logits.append(output.logits[0])
        embeddings.append(output.embedding[0])
    return Outputs(np.array(logits), np.array(embeddings))


def of_split(bundle: Bundle, data: Path, split: str) -> Outputs:
    """Photos of places."""
    return run(bundle, (sample.jpeg for shard in find_shards(data, split) for sample in read_shard(shard)))


def no_places(bundle: Bundle, pictures: Path | None, photos: Path | None, each: int) -> dict[str, Outputs]:
    """Pictures of no place, by where they come from."""
    found = {f"drawn {kind}": run(bundle, (draw(kind, seed) for seed in range(each))) for kind in KINDS}
    if pictures is not None:
        files = sorted(path for path in pictures.rglob("*") if path.suffix.lower() in SUFFIXES)
        found["pictures"] = run(bundle, files)
    if photos is not None:
        with DROPPED.open(encoding="utf-8", newline="") as file:
            reasons = {row["photo"]: row["reason"] for row in csv.DictReader(file)}
        wanted = [photos / name for name, reason in reasons.items() if "close-up" in reason or "food" in reason]
        found["close-ups"] = run(bundle, wanted)
    return found


def scores(
    outputs: Outputs, bundle: Bundle, axes: NDArray[np.float64], mean: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Every test's score."""
    metadata = bundle.metadata
    if metadata.centroids is None:
        raise SystemExit("this bundle has no centroids")
    logits = outputs.logits.astype(np.float64)
    offset = outputs.embeddings.astype(np.float64) - mean
    outside = (offset**2).sum(axis=1) - ((offset @ axes.T) ** 2).sum(axis=1)
    top = logits.max(axis=1)
    return {
        # Source: Liu et al. 2020, "Energy-based Out-of-distribution Detection", equation 4, at temperature 1.
        "energy": -(top + np.log(np.exp(logits - top[:, None]).sum(axis=1))),
        # Source: Hendrycks and Gimpel 2017, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples".
        "softmax": -calibrate(outputs.logits, metadata.temperature).max(axis=1),
        "length of the embedding": -np.linalg.norm(outputs.embeddings, axis=1),
        # Source: Wang et al. 2022, "ViM: Out-Of-Distribution with Virtual-logit Matching", section 3 (the residual).
        "outside 64 main axes": outside / (offset**2).sum(axis=1),
        "nearest centroid": -place_similarity(outputs.embeddings, metadata.centroids),
    }


def auroc(negatives: NDArray[np.float64], positives: NDArray[np.float64]) -> float:
    """Chance that one of the first scores higher than one of the second."""
    ranks = np.argsort(np.argsort(np.concatenate([negatives, positives]), kind="stable"), kind="stable") + 1
    count = len(negatives)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(positives)))


def main() -> None:
    """Measure, print, write `results/no_place.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--each", type=int, default=60)
    arguments = parser.parse_args()
    bundle = read_bundle(arguments.bundle)
    train, test = (of_split(bundle, arguments.data, split) for split in ("train", "test"))
    mean = train.embeddings.astype(np.float64).mean(axis=0)
    axes = np.linalg.svd(train.embeddings - mean, full_matrices=False)[2][:64]
    negatives = no_places(bundle, arguments.pictures, arguments.photos, arguments.each)
    known, fresh = scores(train, bundle, axes, mean), scores(test, bundle, axes, mean)
    rows = []
    for source, outputs in negatives.items():
        for name, values in scores(outputs, bundle, axes, mean).items():
            limit = np.quantile(known[name], 1 - REFUSED)
            rows.append(
                {
                    "source": source,
                    "pictures": len(values),
                    "test": name,
                    "auroc": round(auroc(values, fresh[name]), 4),
                    "caught": round(float((values > limit).mean()), 4),
                    "test_places_refused": round(float((fresh[name] > limit).mean()), 4),
                }
            )
    gate = {
        source: round(float(1 - looks_like_a_place(outputs.embeddings, bundle.metadata).mean()), 4)
        for source, outputs in {"test places": test, **negatives}.items()
    }
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    print("refused by the bundle's own gate:", gate)
    print(write_result("no_place", {"tests": rows, "refused_by_the_gate": gate, "bundle": bundle.metadata.name}))


if __name__ == "__main__":
    main()

"""Are heat maps true? The figures of docs/decisions/0009.

Run: `python benchmarks/evidence.py --data DATA` (writes results/evidence.json; about three minutes on 2 cores).

On photos of the data's test split, with an embedded model:
- dependence: rank correlation of the maps with those of the same model with random weights (Source: Adebayo et al.
  2018), and, as a measure of what is possible, with its own maps of noisy photos;
- deletion: how far the odds of the first country against the runner-up fall when the fifth of the photo that speaks
  most for it is greyed, or the fifth that speaks least, or any fifth (Source: Samek et al. 2017, "Evaluating the
  Visualization of What a Deep Neural Network has Learned");
- geometry: where the pixels lie that a cell of the map answers to, against where it is drawn;
- likeness: how often the true country is among the most similar ones, and with the mean of all centroids taken off.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from machine import write_result
from triovision import CountryClassifier
from triovision.bundle import Bundle
from triovision.classifier import DEFAULT_MODEL
from triovision.evidence import Evidence
from triovision.preprocess import preprocess
from triovision.training.prepared import Samples, read_images, read_samples

MODELS = Path(__file__).parents[1] / "src" / "triovision" / "models"
SEEDS = (0, 1, 2)
NOISE = 3.0
PATCH_PX = 16
SHARE = 0.2

Images = list[NDArray[np.uint8]]


def randomise(model: str, part: str, seed: int) -> CountryClassifier:
    """The model with a random head, or with the weights of every convolution shuffled."""
    graph = onnx.load(MODELS / f"{model}.onnx")
    random = np.random.default_rng(seed)
    head = next(node.input[1] for node in graph.graph.node if "logits" in node.output)
    for weights in graph.graph.initializer:
        values = numpy_helper.to_array(weights)
        if part == "head" and weights.name == head:
            changed = random.normal(values.mean(), values.std(), values.shape).astype(values.dtype)
        elif part == "backbone" and values.ndim == 4:
            changed = random.permutation(values.reshape(-1)).reshape(values.shape)
        else:
            continue
        weights.CopyFrom(numpy_helper.from_array(changed, weights.name))
    return CountryClassifier.load(graph.SerializeToString())


def explain(classifier: CountryClassifier, images: Images, chosen: list[Evidence]) -> list[Evidence]:
    """Evidence for the countries that another classifier chose."""
    pairs = [{"country": entry.country, "against": entry.against} for entry in chosen]
    return [classifier.explain(image, **pair) for image, pair in zip(images, pairs, strict=True)]


def correlate(first: list[Evidence], second: list[Evidence]) -> dict[str, float]:
    """Spearman's rank correlation of both maps, over all photos."""
    found = []
    for one, other in zip(first, second, strict=True):
        for a, b in ((one.place_map, other.place_map), (one.contrast_map, other.contrast_map)):
            ranks = [np.argsort(np.argsort(heat_map.values.ravel())) for heat_map in (a, b)]
            found.append(np.corrcoef(*ranks)[0, 1])
    return {"mean": float(np.mean(found)), "mean_absolute": float(np.abs(found).mean())}


def measure_dependence(model: str, images: Images) -> dict[str, object]:
    """Maps against those of random weights, and against those of noisy photos."""
    classifier = CountryClassifier.load(model)
    chosen = [classifier.explain(image) for image in images]
    truth = explain(classifier, images, chosen)
    result: dict[str, object] = {}
    for part in ("head", "backbone"):
        rows = [correlate(truth, explain(randomise(model, part, seed), images, chosen)) for seed in SEEDS]
        result[f"random_{part}"] = {key: round(float(np.mean([row[key] for row in rows])), 3) for key in rows[0]}
    random = np.random.default_rng(0)
    noisy = [np.clip(image + random.normal(0, NOISE, image.shape), 0, 255).astype(np.uint8) for image in images]
    found = correlate(truth, explain(classifier, noisy, chosen))
    result["noisy_photo"] = {key: round(value, 3) for key, value in found.items()}
    return result


def tensors_of(bundle: Bundle, images: Images) -> NDArray[np.float32]:
    """The model's input for some images."""
    return np.stack([preprocess(image, bundle.metadata.preprocessing) for image in images])


def measure_deletion(model: str, images: Images) -> dict[str, float]:
    """Mean fall of the log odds, first country against runner-up, when a fifth of the cells is greyed."""
    classifier = CountryClassifier.load(model)
    bundle, codes = classifier.bundle, classifier.metadata.country_codes
    random = np.random.default_rng(0)
    falls: dict[str, list[float]] = {"most": [], "least": [], "any": []}
    for image, tensor in zip(images, tensors_of(bundle, images), strict=True):
        evidence = classifier.explain(image)
        labels = [codes.index(code) for code in (evidence.country, evidence.against)]
        values = evidence.contrast_map.values
        order = np.argsort(-values.ravel())
        count = round(SHARE * values.size)
        chosen = {"most": order[:count], "least": order[-count:], "any": random.permutation(values.size)[:count]}
        step = [side // cells for side, cells in zip(tensor.shape[1:], values.shape, strict=True)]
        greyed = []
        for cells in chosen.values():
            changed = tensor.copy()
            for row, column in zip(*np.unravel_index(cells, values.shape), strict=True):
                part = (slice(row * step[0], (row + 1) * step[0]), slice(column * step[1], (column + 1) * step[1]))
                changed[:, part[0], part[1]] = tensor.mean(axis=(1, 2))[:, None, None]
            greyed.append(changed)
        logits = bundle.run(np.stack([tensor, *greyed])).logits / classifier.metadata.temperature
        odds = logits[:, labels[0]] - logits[:, labels[1]]
        for name, value in zip(chosen, odds[0] - odds[1:], strict=True):
            falls[name].append(float(value))
    result = {f"fall_{name}": round(float(np.mean(values)), 3) for name, values in falls.items()}
    result["most_beats_any"] = round(float(np.mean(np.array(falls["most"]) > np.array(falls["any"]))), 3)
    return result


def measure_geometry(model: str, images: Images) -> dict[str, float]:
    """Distance in px between where a cell is drawn and the centre of what it answers to; without the outer cells."""
    bundle = CountryClassifier.load(model).bundle
    height, width = bundle.metadata.preprocessing.input_size
    random = np.random.default_rng(0)
    spots = [(top, left) for top in range(0, height, PATCH_PX) for left in range(0, width, PATCH_PX)]
    total: NDArray[np.float64] | float = 0.0
    for tensor in tensors_of(bundle, images):
        base = bundle.run(tensor[None], feature_map=True).feature_map
        changes = []
        for top, left in spots:
            changed = tensor.copy()
            patch = changed[:, top : top + PATCH_PX, left : left + PATCH_PX]
            patch += random.normal(0, 0.5, patch.shape).astype(np.float32)
            found = bundle.run(changed[None], feature_map=True).feature_map
            changes.append(np.abs(found - base)[0].sum(axis=0))
        total = total + np.stack(changes).astype(np.float64)
    response = np.clip(total - np.median(total, axis=0), 0, None)
    rows, columns = response.shape[1:]
    middles = np.array(spots) + PATCH_PX / 2
    centres = np.einsum("sxy,sa->axy", response, middles) / response.sum(axis=0)
    drawn = np.stack(
        np.meshgrid(
            (np.arange(rows) + 0.5) * height / rows, (np.arange(columns) + 0.5) * width / columns, indexing="ij"
        )
    )
    away = np.abs(centres - drawn)[:, 1:-1, 1:-1]
    return {"cell_px": height / rows, "mean_px": round(float(away.mean()), 1), "most_px": round(float(away.max()), 1)}


def measure_likeness(model: str, samples: Samples, images: Images) -> dict[str, dict[str, float]]:
    """How often the true country is the most similar one, or among five."""
    metadata = CountryClassifier.load(model).metadata
    bundle = CountryClassifier.load(model).bundle
    embeddings = np.concatenate([bundle.run(tensors_of(bundle, [image])).embedding for image in images])
    known = np.flatnonzero(np.linalg.norm(metadata.centroids, axis=1) > 0)
    codes = np.array(metadata.country_codes)[known]
    truth = np.array(samples.country_codes)[samples.labels]
    result = {}
    for name, mean in (("as_they_are", 0.0), ("mean_taken_off", metadata.centroids[known].mean(axis=0))):
        rows = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True) - mean
        centroids = metadata.centroids[known] - mean
        cosines = rows @ (centroids / np.linalg.norm(centroids, axis=1, keepdims=True)).T
        best = codes[np.argsort(-cosines, axis=1)[:, :5]]
        right = best == truth[:, None]
        result[name] = {"first": round(float(right[:, 0].mean()), 3), "five": round(float(right.any(axis=1).mean()), 3)}
    return result


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="A prepared data set.")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="An embedded model.")
    parser.add_argument("--photos", type=int, default=100, help="How many for dependence and deletion.")
    arguments = parser.parse_args()
    samples = read_samples(arguments.data).of_splits("test")
    images = read_images(samples)
    some = [images[row] for row in np.random.default_rng(0).permutation(len(images))[: arguments.photos]]
    result: dict[str, object] = {
        "model": arguments.model,
        "photos": len(some),
        "likeness_photos": len(images),
        "dependence": measure_dependence(arguments.model, some),
        "deletion": measure_deletion(arguments.model, some),
        "geometry": measure_geometry(arguments.model, some[:8]),
        "likeness": measure_likeness(arguments.model, samples, images),
    }
    print(json.dumps(result, indent=2))
    print(write_result("evidence", result))


if __name__ == "__main__":
    main()

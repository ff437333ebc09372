"""Maps must depend on the model: with random weights they are unrelated to those of the embedded model.

Source: Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 3, the model parameter randomisation test; the
measure is Spearman's rank correlation of the maps' signed values, as there.
"""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from PIL import Image

from triovision import CountryClassifier

ROOT = Path(__file__).parents[3]
PHOTOS = 8
SEEDS = (0, 1)

# On average over photos and seeds: signed below, absolute below; photos with a little noise, above. The maps have 6 x 6
# cells and are smooth, so that even unrelated ones correlate strongly, with one sign or the other.
UNRELATED, WEAK, SAME = 0.35, 0.65, 0.9


@pytest.fixture(scope="module")
def photos():
    """Square parts of a real photo, some mirrored, none alike."""
    photo = Image.open(ROOT / "examples" / "summer-palace.jpg")
    random = np.random.default_rng(0)
    parts = []
    for index in range(PHOTOS):
        side = int(random.integers(200, 420))
        left, top = int(random.integers(0, photo.width - side)), int(random.integers(0, photo.height - side))
        part = photo.crop((left, top, left + side, top + side))
        parts.append(part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if index % 2 else part)
    return parts


@pytest.fixture(scope="module")
def true_maps(photos):
    return explain_all(CountryClassifier.load("starter"), photos)


def explain_all(classifier, photos, chosen=None):
    """Evidence per photo, for the countries of `chosen` where given."""
    first = chosen or [classifier.explain(photo) for photo in photos]
    countries = [{"country": entry.country, "against": entry.against} for entry in first]
    return [classifier.explain(photo, **pair) for photo, pair in zip(photos, countries, strict=True)]


def randomised(part, seed):
    """The embedded model with a random head, or with the weights of every convolution shuffled."""
    model = onnx.load(ROOT / "src" / "triovision" / "models" / "starter.onnx")
    random = np.random.default_rng(seed)
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if part == "head" and weights.name == "head.weight":
            changed = random.normal(values.mean(), values.std(), values.shape).astype(values.dtype)
        elif part == "backbone" and values.ndim == 4:
            changed = random.permutation(values.reshape(-1)).reshape(values.shape)
        else:
            continue
        weights.CopyFrom(numpy_helper.from_array(changed, weights.name))
    return CountryClassifier.load(model.SerializeToString())


def rank_correlations(one, other):
    """Spearman's, one per map of every photo."""
    pairs = [
        (first.values, second.values)
        for a, b in zip(one, other, strict=True)
        for first, second in ((a.place_map, b.place_map), (a.contrast_map, b.contrast_map))
    ]
    ranks = [[np.argsort(np.argsort(values.ravel())) for values in pair] for pair in pairs]
    return np.array([np.corrcoef(first, second)[0, 1] for first, second in ranks])


@pytest.mark.parametrize("part", ["head", "backbone"])
def test_random_weights_give_unrelated_maps(part, photos, true_maps):
    found = np.concatenate(
        [rank_correlations(true_maps, explain_all(randomised(part, seed), photos, true_maps)) for seed in SEEDS]
    )
    assert found.mean() < UNRELATED
    assert np.abs(found).mean() < WEAK


def test_the_same_weights_give_the_same_maps(photos, true_maps):
    # What the bounds above are worth: with the true weights, and even with noise on the photos, maps stay.
    random = np.random.default_rng(0)
    noisy = [
        np.clip(np.asarray(photo) + random.normal(0, 3, np.asarray(photo).shape), 0, 255).astype(np.uint8)
        for photo in photos
    ]
    found = rank_correlations(true_maps, explain_all(CountryClassifier.load("starter"), noisy, true_maps))
    assert found.mean() > SAME

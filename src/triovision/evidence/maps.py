"""Class activation maps from the bundle's own outputs.

The logits are linear in the mean of the feature map, so every logit is the mean of a map plus a bias: the class
activation map. Source: Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", section 2.

One logit alone means nothing, for adding the same number to all of them changes no probability. What the user is told
are odds, so a map is drawn for odds. For a set of countries A (a country, or those of a region) against a set B, with
probabilities p_k = softmax(z / T)_k,

    log(P_A / P_B) = logsumexp_A(z / T) - logsumexp_B(z / T),    d / dz_k = (a_k - b_k) / T

where a_k = p_k / P_A within A and b_k = p_k / P_B within B, and zero elsewhere. The map is the class activation map of
the weights sum_k (a_k - b_k) w_k / T. For two countries this is exact: mean + offset = log(p_A / p_B). For more, the
entropies of a and b come to it: logsumexp_A(z) = sum_k a_k z_k + H(a). A prior that the calibration mixes in has no
place in the photo and none in the map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import Bundle, LinearHead, ModelOutput
from triovision.countries import get_country, get_region
from triovision.errors import BundleFormatError, CountryError
from triovision.evidence.records import Box, Evidence, HeatMap
from triovision.evidence.similarity import similar_countries
from triovision.prediction import Prediction
from triovision.preprocess import compute_view

__all__ = ["activation_map", "make_evidence"]

_LEAST_COUNTRIES = 2
# Rounding of float16 graphs and of accelerators is below a thousandth; a network of another kind is far off.
_TOLERANCE = 0.02


def activation_map(feature_map: NDArray[np.float32], weight: NDArray[np.floating]) -> NDArray[np.float32]:
    """Class activation map: the channels of the feature map, summed with a class's weights.

    Args:
        feature_map: float32 [dim, h, w].
        weight: [dim].

    Returns:
        float32 [h, w]; its mean is the class's logit less its bias.
    """
    return np.tensordot(weight.astype(np.float64), feature_map.astype(np.float64), 1).astype(np.float32)


def make_evidence(
    bundle: Bundle,
    output: ModelOutput,
    prediction: Prediction,
    photo_size: tuple[int, int],
    *,
    country: str | None = None,
    against: str | None = None,
) -> Evidence:
    """Evidence for one prediction.

    Args:
        bundle: The model.
        output: What it gave for this photo alone, with its feature map.
        prediction: What was made of that.
        photo_size: Width and height of the whole upright photo, in pixels.
        country: Code of the country to explain; the answer where left out.
        against: Code of the country to hold it against; the runner-up where left out, or the first country.

    Raises:
        BundleFormatError: If the bundle's logits are not linear in the mean of its feature map.
        CountryError: If a code is unknown, or unknown to the model, or both are the same.
    """
    codes = prediction.country_codes
    if len(codes) < _LEAST_COUNTRIES:
        raise BundleFormatError(f"{bundle.name}: knows one country only; there is nothing to hold it against")
    feature_map = _checked_map(bundle, output)
    named, other = _choose(prediction, country, against)
    place, members = _place(prediction, named if country else None)
    view = Box(*compute_view(photo_size, bundle.metadata.preprocessing))
    temperature = bundle.metadata.temperature
    probabilities = _softmax(output.logits[0] / temperature)
    codes_array = np.array(codes)

    def heat_map(place: str, against: str | None, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> HeatMap:
        odds = (_shares(probabilities, inside) - _shares(probabilities, outside)) / temperature
        values = activation_map(feature_map, odds @ bundle.head.weight)
        values.flags.writeable = False
        return HeatMap(place, against, values, float(odds @ bundle.head.bias), view, photo_size)

    return Evidence(
        prediction=prediction,
        place=place,
        country=named,
        against=other,
        place_map=heat_map(place, None, members, ~members),
        contrast_map=heat_map(named, other, codes_array == named, codes_array == other),
        similar=similar_countries(bundle.metadata, output.embedding[0]),
        photo_size=photo_size,
    )


def _checked_map(bundle: Bundle, output: ModelOutput) -> NDArray[np.float32]:
    """The feature map [dim, h, w], where logits and embedding are what they must be for the maps to be true."""
    if output.feature_map is None:
        raise BundleFormatError(f"{bundle.name}: gives no feature map; choose a convolutional model for heat maps")
    feature_map: NDArray[np.float32] = output.feature_map[0]
    head: LinearHead = bundle.head
    mean = feature_map.mean(axis=(1, 2))
    for name, expected, given in (
        ("embedding", mean, output.embedding[0]),
        ("logits", head.weight @ mean + head.bias, output.logits[0]),
    ):
        if np.abs(expected - given).max() > _TOLERANCE * max(1.0, float(np.abs(given).max())):
            raise BundleFormatError(
                f"{bundle.name}: its {name} do not follow from the mean of its feature map, so heat maps would not be "
                "true; choose a model with global average pooling and one linear layer"
            )
    return feature_map


def _choose(prediction: Prediction, country: str | None, against: str | None) -> tuple[str, str]:
    (first, _), (second, _) = prediction.top(2)
    named = _known(prediction, country) if country else None
    other = _known(prediction, against) if against else None
    if named is None:
        # "Why not the first guess?" is asked of the runner-up.
        named = first if other != first else second
    if other is None:
        other = first if named != first else second
    if named == other:
        raise CountryError(f"{named}: cannot be held against itself; name two different countries")
    return named, other


def _known(prediction: Prediction, code: str) -> str:
    known = get_country(code).code
    if known not in prediction.country_codes:
        raise CountryError(f"{known}: the model {prediction.model!r} does not know this country; choose another")
    return known


def _place(prediction: Prediction, country: str | None) -> tuple[str, NDArray[np.bool_]]:
    codes = np.array(prediction.country_codes)
    answer = prediction.answer()
    if country is None and answer.place is not None and answer.level in ("sub_region", "region"):
        members = np.isin(codes, get_region(answer.place).members)
        # A region that holds all of the model's countries is no news.
        if not members.all():
            return answer.place, members
    place = country or prediction.top(1)[0][0]
    return place, codes == place


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities before any prior: what this photo alone says."""
    exponentials = np.exp(logits.astype(np.float64) - float(logits.max()))
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum()
    return probabilities


def _shares(probabilities: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of the probability of a set of countries, each one's share; equal shares where it has none."""
    within = np.where(inside, probabilities, 0.0)
    total = within.sum()
    shares: NDArray[np.float64] = within / total if total > 0 else inside / inside.sum()
    return shares

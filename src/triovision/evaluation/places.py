"""Regions and distances: how far off a wrong guess is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from triovision.countries import get_country, great_circle_km

__all__ = ["error_distances_km", "place_of", "predict_places"]


def place_of(country_code: str, level: Literal["sub_region", "region"]) -> str:
    """M49 code of the smallest or the largest region that a country lies in; its own code where it is in none.

    Every country has exactly one, so accuracies over them are comparable.
    """
    chain = get_country(country_code).regions
    if not chain:
        return country_code.upper()
    return chain[0] if level == "sub_region" else chain[-1]


def predict_places(
    probabilities: NDArray[np.float64], country_codes: Sequence[str], level: Literal["sub_region", "region"]
) -> list[str]:
    """The most probable region per sample: that whose countries' probabilities sum to the most.

    Args:
        probabilities: [n, classes].
        country_codes: Code per label.
        level: Of the regions.
    """
    places = [place_of(code, level) for code in country_codes]
    names = sorted(set(places))
    members = np.array([[place == name for name in names] for place in places], np.float64)
    return [names[index] for index in (probabilities @ members).argmax(axis=1)]


def error_distances_km(guessed: Sequence[str], true: Sequence[str]) -> NDArray[np.float64]:
    """Great-circle distance between the centres of the guessed and the true country, per sample."""
    ends = [_centres(codes) for codes in (guessed, true)]
    return great_circle_km(ends[0][:, 0], ends[0][:, 1], ends[1][:, 0], ends[1][:, 1])


def _centres(codes: Sequence[str]) -> NDArray[np.float64]:
    points = [(country.latitude, country.longitude) for country in map(get_country, codes)]
    return np.array(points, np.float64).reshape(-1, 2)

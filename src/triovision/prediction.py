"""The result types: what the model says (`Prediction`) and what the user is told (`Answer`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Answer", "Level", "Prediction"]

Level = Literal["country", "sub_region", "region", "not_sure", "no_place"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user is told about one photo: the deepest place that the model can stand behind.

    Attributes:
        level: How deep the answer goes: `country`, `sub_region`, `region`, `not_sure`, or `no_place` where the photo
            does not look like one of a place at all (a screenshot, a page, a face).
        place: ISO alpha-2 code of the country, UN M49 code of the region, None where no place is named.
        confidence: Probability of the place; where none is named, of the most probable country.
        candidates: Most probable countries (codes), most probable first: inside the place where there is one.
        country_set: Codes of a set that holds the true country with the bundle's promised probability, the most
            probable first.
        set_coverage: That probability, e.g. 0.9.
        right_share: How often answers of this level and confidence were right on held-out photos; None where the bundle
            does not say.
    """

    level: Level
    place: str | None
    confidence: float
    candidates: tuple[str, ...]
    country_set: tuple[str, ...]
    set_coverage: float = 0.9
    right_share: float | None = None

    @property
    def country_code(self) -> str | None:
        """The country's code where the answer is a country, else None."""
        return self.place if self.level == "country" else None

    @property
    def is_sure(self) -> bool:
        """Whether any place at all was named."""
        return self.place is not None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The calibrated distribution over countries for one photo.

    Attributes:
        photo: Name of the photo as the user gave it.
        country_codes: ISO alpha-2 code per label, length classes.
        probabilities: float64 [classes], read-only; they sum to 1.
        model: Name of the bundle that made it.
        embedding: float32 [dim], the model's description of the photo (similarity), or None.
        warnings: What the user should know about the photo, e.g. that its file is cut short.
    """

    photo: str
    country_codes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    model: str
    decided: Answer
    embedding: NDArray[np.float32] | None = None
    warnings: tuple[str, ...] = ()

    def answer(self) -> Answer:
        """The deepest place that the model can stand behind, by the bundle's thresholds."""
        return self.decided

    def top(self, count: int = 5) -> tuple[tuple[str, float], ...]:
        """The most probable countries.

        Args:
            count: How many; more than there are classes gives all of them.

        Returns:
            Pairs of country code and probability, most probable first.

        Raises:
            ValueError: If count is less than one.
        """
        if count < 1:
            raise ValueError(f"count is {count}; ask for at least one country")
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return tuple((self.country_codes[label], float(self.probabilities[label])) for label in order)

    def probability(self, country_code: str) -> float:
        """Probability of one country; 0 for a country that the model does not know."""
        wanted = country_code.upper()
        if wanted not in self.country_codes:
            return 0.0
        return float(self.probabilities[self.country_codes.index(wanted)])

    def as_dict(self) -> Mapping[str, float]:
        """Probability by country code, most probable first."""
        return dict(self.top(len(self.country_codes)))

    def __iter__(self) -> Iterator[tuple[str, float]]:
        return iter(self.top(len(self.country_codes)))

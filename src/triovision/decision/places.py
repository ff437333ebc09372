"""The deepest place that the model can stand behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import BundleMetadata, Thresholds
from triovision.countries import get_country, get_region
from triovision.decision.calibration import top_country_set
from triovision.prediction import Answer, Level

__all__ = ["DecisionRule", "Thresholds"]

_CANDIDATES = 5


class DecisionRule:
    """Turns a distribution over countries into an answer.

    A country is named when its probability reaches the country threshold. Else the deepest UN M49 place whose
    summed probability reaches its level's threshold is named, the more probable one where two are equally deep.
    Else the answer is "not sure".

    Args:
        country_codes: Code per label, length classes.
        thresholds: By level.
        set_threshold: Cumulative probability of the country set.
        set_coverage: Share of photos whose country that set is promised to hold.
    """

    def __init__(
        self, country_codes: Sequence[str], thresholds: Thresholds, set_threshold: float, set_coverage: float = 0.9
    ) -> None:
        self.country_codes = tuple(country_codes)
        self.thresholds = thresholds
        self.set_threshold = set_threshold
        self.set_coverage = set_coverage
        chains = [get_country(code).regions for code in country_codes]
        self.places: tuple[str, ...] = tuple(sorted({place for chain in chains for place in chain}))
        # bool [places, classes]: which countries a place holds.
        self._members = np.array([[place in chain for chain in chains] for place in self.places], dtype=bool).reshape(
            len(self.places), len(chains)
        )
        self._levels: list[Level] = [get_region(place).level for place in self.places]
        depths = {place: len(chain) - index for chain in chains for index, place in enumerate(chain)}
        self._depths = np.array([depths[place] for place in self.places], dtype=np.int64)
        by_level = {"sub_region": thresholds.sub_region, "region": thresholds.region}
        self._place_thresholds = np.array([by_level[level] for level in self._levels])

    @classmethod
    def from_metadata(cls, metadata: BundleMetadata) -> DecisionRule:
        """The rule that a bundle carries."""
        return cls(
            metadata.country_codes, metadata.thresholds, metadata.country_set.threshold, metadata.country_set.coverage
        )

    def place_probabilities(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of each of `places`.

        Args:
            probabilities: [n, classes].

        Returns:
            float64 [n, places].
        """
        result: NDArray[np.float64] = probabilities @ self._members.T.astype(np.float64)
        return result

    def answer(self, probabilities: NDArray[np.float64]) -> Answer:
        """The answer for one photo.

        Args:
            probabilities: [classes], calibrated.
        """
        ranked = np.argsort(-probabilities, kind="stable")
        best = int(ranked[0])
        level: Level = "not_sure"
        place: str | None = None
        confidence = float(probabilities[best])
        inside = np.ones(len(probabilities), dtype=bool)
        if confidence >= self.thresholds.country:
            level, place = "country", self.country_codes[best]
        elif (index := self._deepest_place(probabilities)) is not None:
            level, place = self._levels[index], self.places[index]
            inside = self._members[index]
            confidence = float(probabilities[inside].sum())
        candidates = [label for label in ranked if inside[label]][:_CANDIDATES]
        return Answer(
            level=level,
            place=place,
            confidence=min(confidence, 1.0),
            candidates=tuple(self.country_codes[label] for label in candidates),
            country_set=tuple(
                self.country_codes[label] for label in top_country_set(probabilities, self.set_threshold)
            ),
            set_coverage=self.set_coverage,
        )

    def _deepest_place(self, probabilities: NDArray[np.float64]) -> int | None:
        place_probabilities = self.place_probabilities(probabilities[None])[0]
        standing = np.flatnonzero(place_probabilities >= self._place_thresholds)
        if not len(standing):
            return None
        order = np.lexsort((-place_probabilities[standing], -self._depths[standing]))
        return int(standing[order[0]])

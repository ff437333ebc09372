"""The deepest place that the model can stand behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from triovision.bundle import BundleMetadata, CountrySetRule, ReliabilityBin, Thresholds
from triovision.countries import get_country, get_region
from triovision.decision.country_sets import label_thresholds, make_sets, set_scores
from triovision.decision.reliability import observed_share
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
        country_set: How the country set is made.
        reliability: By level, how often a confidence was right.
    """

    def __init__(
        self,
        country_codes: Sequence[str],
        thresholds: Thresholds,
        country_set: CountrySetRule,
        reliability: Mapping[str, Sequence[ReliabilityBin]] | None = None,
    ) -> None:
        self.country_codes = tuple(country_codes)
        self.thresholds = thresholds
        self.country_set = country_set
        self._reliability = reliability or {}
        self._set_thresholds = label_thresholds(country_set, self.country_codes)
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
        return cls(metadata.country_codes, metadata.thresholds, metadata.country_set, metadata.reliability)

    def place_probabilities(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of each of `places`.

        Args:
            probabilities: [n, classes].

        Returns:
            float64 [n, places].
        """
        result: NDArray[np.float64] = probabilities @ self._members.T.astype(np.float64)
        return result

    def answer(self, probabilities: NDArray[np.float64], *, is_place: bool = True) -> Answer:
        """The answer for one photo.

        Args:
            probabilities: [classes], calibrated.
            is_place: Whether the photo shows a place at all; if not, no place is named.
        """
        ranked = np.argsort(-probabilities, kind="stable")
        best = int(ranked[0])
        level: Level = "not_sure" if is_place else "no_place"
        place: str | None = None
        confidence = float(probabilities[best])
        inside = np.ones(len(probabilities), dtype=bool)
        if is_place and confidence >= self.thresholds.country:
            level, place = "country", self.country_codes[best]
        elif is_place and (index := self._deepest_place(probabilities)) is not None:
            level, place = self._levels[index], self.places[index]
            inside = self._members[index]
            confidence = float(probabilities[inside].sum())
        candidates = [label for label in ranked if inside[label]][:_CANDIDATES]
        confidence = min(confidence, 1.0)
        in_set = self.sets(probabilities[None])[0]
        return Answer(
            level=level,
            place=place,
            confidence=confidence,
            candidates=tuple(self.country_codes[label] for label in candidates),
            country_set=tuple(self.country_codes[label] for label in ranked if in_set[label]),
            set_coverage=self.country_set.coverage,
            right_share=self._right_share(level, confidence),
        )

    def sets(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which countries are in the country set of each photo.

        Args:
            probabilities: [n, classes].

        Returns:
            bool [n, classes]; in every row at least the most probable country.
        """
        rule = self.country_set
        scores = set_scores(probabilities, rule.method, rule.rank_penalty, rule.free_ranks)
        return make_sets(scores, self._set_thresholds)

    def _right_share(self, level: Level, confidence: float) -> float | None:
        if level == "no_place":
            return None
        # Who is not sure still has a first guess, of a country.
        return observed_share(confidence, self._reliability.get("country" if level == "not_sure" else level, ()))

    def _deepest_place(self, probabilities: NDArray[np.float64]) -> int | None:
        place_probabilities = self.place_probabilities(probabilities[None])[0]
        standing = np.flatnonzero(place_probabilities >= self._place_thresholds)
        if not len(standing):
            return None
        order = np.lexsort((-place_probabilities[standing], -self._depths[standing]))
        return int(standing[order[0]])

"""What one source says about one landmark, and how much it is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from triovision.data.provenance.tally import Tally

__all__ = [
    "CONFIDENCES",
    "CONFIRMED",
    "CONTRADICTED",
    "ORDER",
    "Claim",
    "Conflict",
    "SourceReport",
]

# Who is believed when sources disagree, the first before the second.
ORDER = ("coordinates", "wikidata", "category_to_location", "gazetteer")

# By source and by what speaks for the code. An order of belief, set by hand and not measured: see decision 0006.
CONFIDENCES: Mapping[tuple[str, str], float] = {
    ("coordinates", "coordinates"): 0.95,
    ("wikidata", "both"): 0.98,
    ("wikidata", "coordinates"): 0.95,
    ("wikidata", "name"): 0.9,
    ("wikidata", "border"): 0.85,
    ("wikidata", "territory"): 0.9,
    ("wikidata", "viewpoint"): 0.8,
    ("category_to_location", "both"): 0.95,
    ("category_to_location", "coordinates"): 0.9,
    ("category_to_location", "name"): 0.85,
    ("category_to_location", "border"): 0.8,
    ("category_to_location", "territory"): 0.85,
    ("category_to_location", "viewpoint"): 0.75,
    ("gazetteer", "within"): 0.5,
    ("gazetteer", "of"): 0.4,
}

CONFIRMED = 0.99  # by a second source, other than the gazetteer
CONTRADICTED = 0.6  # at most, where another source than the gazetteer says otherwise


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says about one landmark.

    Attributes:
        source: One of `ORDER`.
        code: Country code, empty where the source gives no one answer.
        evidence: What a person can look up.
        confidence: How much it is believed, 0 where there is no code.
        latitude: Degrees, None where unknown.
        longitude: Degrees, None where unknown.
        reason: Why there is no code.
    """

    source: str
    code: str
    evidence: str
    confidence: float
    latitude: float | None = None
    longitude: float | None = None
    reason: str = ""


class Conflict(NamedTuple):
    """One disagreement, as a row of the conflict report.

    Attributes:
        landmark_id: As in the data set.
        category: Title of its Commons category.
        kind: What disagrees: `name and coordinates`, `rows`, `items` or `sources`.
        source: Who says it.
        country_code: What it says.
        other_source: Who says otherwise; the same source where it contradicts itself.
        other_country_code: What that says.
        decision: The code that stands, empty for none.
        detail: The rule that decided, or the evidence.
    """

    landmark_id: str
    category: str
    kind: str
    source: str
    country_code: str
    other_source: str
    other_country_code: str
    decision: str
    detail: str


@dataclass(slots=True)
class SourceReport(Tally):
    """One source's claims, and an account of its rows.

    Attributes:
        source: One of `ORDER`.
        licence: Of the source's data.
        claims: By landmark id.
        conflicts: Within the source.
        counts: Rows (or items) by what became of them.
        examples: The first of each kind of trouble, for the user to look at.
    """

    source: str
    licence: str = ""
    claims: dict[str, Claim] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, landmark: str, claim: Claim, category: str = "") -> None:
        """Take a claim; where an earlier row of this source says otherwise, neither is believed."""
        earlier = self.claims.get(landmark)
        if earlier is None or not (earlier.code or earlier.reason == _ROWS_DISAGREE):
            # An earlier row that gave no answer makes room for one that does.
            if earlier is None or claim.code:
                self.claims[landmark] = claim
            return
        self.count("a further row for a landmark", f"landmark {landmark}: {claim.evidence}")
        if claim.code in {"", earlier.code} or not earlier.code:
            return
        self.conflicts.append(
            Conflict(
                landmark, category, "rows", self.source, earlier.code, self.source, claim.code, "",
                f"{earlier.evidence} | {claim.evidence}",
            )
        )  # fmt: skip
        self.claims[landmark] = Claim(self.source, "", earlier.evidence, 0.0, reason=_ROWS_DISAGREE)


_ROWS_DISAGREE = "its rows name different countries"

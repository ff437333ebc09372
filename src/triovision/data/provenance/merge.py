"""Several claims about a landmark -> one country, and the conflicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from triovision.data.provenance.claims import CONFIRMED, CONTRADICTED, ORDER, Claim, Conflict, SourceReport
from triovision.data.provenance.landmarks import Landmarks

__all__ = ["landmark_order", "merge_claims"]

_WEAK = "gazetteer"


def landmark_order(landmark: str) -> tuple[int, str]:
    """Sort key: ids are numbers without leading zeros, so that shorter is smaller."""
    return len(landmark), landmark


def merge_claims(landmarks: Landmarks, sources: Mapping[str, SourceReport]) -> tuple[dict[str, Claim], list[Conflict]]:
    """Choose a claim for each landmark: the first source in `ORDER` that gives an answer.

    A second source that says the same raises the confidence, one that says otherwise lowers it and is a conflict; the
    gazetteer, whose word is weak, does neither, but its disagreement is reported too.

    Args:
        landmarks: Of the data set.
        sources: By name.

    Returns:
        The chosen claim by landmark id, in the order of the ids; conflicts between sources.
    """
    chosen: dict[str, Claim] = {}
    conflicts: list[Conflict] = []
    ordered = [sources[name] for name in ORDER if name in sources]
    for landmark in sorted(landmarks.titles, key=landmark_order):
        claims = [source.claims[landmark] for source in ordered if landmark in source.claims]
        answers = [claim for claim in claims if claim.code]
        if answers:
            chosen[landmark] = _weigh(answers)
            conflicts += [
                Conflict(
                    landmark, landmarks.titles[landmark], "sources", answers[0].source, answers[0].code, other.source,
                    other.code, answers[0].code, f"{answers[0].evidence} | {other.evidence}",
                )
                for other in answers[1:]
                if other.code != answers[0].code
            ]  # fmt: skip
    return chosen, conflicts


def _weigh(answers: Sequence[Claim]) -> Claim:
    first, others = answers[0], [claim for claim in answers[1:] if claim.source != _WEAK]
    against = [claim.source for claim in others if claim.code != first.code]
    agreeing = [claim for claim in others if claim.code == first.code]
    if against:
        confidence, note = min(first.confidence, CONTRADICTED), f"; contradicted by {', '.join(against)}"
    elif agreeing:
        confidence = max(first.confidence, CONFIRMED)
        note = f"; confirmed by {', '.join(claim.source for claim in agreeing)}"
    else:
        return first
    located = next((claim for claim in (first, *agreeing) if claim.latitude is not None), first)
    return replace(
        first,
        evidence=first.evidence + note,
        confidence=confidence,
        latitude=located.latitude,
        longitude=located.longitude,
    )

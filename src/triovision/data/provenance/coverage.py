"""What is covered, by what, and what is not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from triovision.data.provenance.claims import ORDER, Claim, Conflict, SourceReport
from triovision.data.provenance.landmarks import Landmarks

__all__ = ["REPORT_PHOTOS", "REPORT_PHOTOS_WITH_COUNTRY", "compute_coverage"]

# What the work that this project follows reached with `category_to_location.csv` alone: 30.8 %.
REPORT_PHOTOS, REPORT_PHOTOS_WITH_COUNTRY = 4_132_914, 1_273_626

_FORMAT_VERSION = 1


def compute_coverage(
    landmarks: Landmarks,
    sources: Mapping[str, SourceReport],
    chosen: Mapping[str, Claim],
    conflicts: Sequence[Conflict],
    free: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """The coverage report, as JSON.

    Args:
        landmarks: Of the data set.
        sources: By name.
        chosen: The claim that stands, by landmark id.
        conflicts: All of them.
        free: Photos with a free licence, and those of them that have a country; None where nobody knows.
    """
    photos = landmarks.photos
    return {
        "format_version": _FORMAT_VERSION,
        "landmarks": _share(len(chosen), len(landmarks.titles)),
        "photos": _share(sum(photos[landmark] for landmark in chosen), photos.total()),
        "free_photos": None if free is None else _share(free[1], free[0]),
        "report_photos": _share(REPORT_PHOTOS_WITH_COUNTRY, REPORT_PHOTOS),
        "countries": _by_country(chosen, photos),
        "sources": {name: _source_facts(sources[name], chosen, photos) for name in ORDER if name in sources},
        "agreement": _agreement(sources),
        "conflicts": dict(sorted(Counter(conflict.kind for conflict in conflicts).items())),
        "not_covered": _not_covered(landmarks, sources, chosen),
        "data_set": {"rows": dict(sorted(landmarks.counts.items())), "examples": dict(landmarks.examples)},
    }


def _share(count: int, total: int) -> dict[str, Any]:
    return {"total": total, "with_country": count, "share": round(count / total, 4) if total else 0.0}


def _by_country(chosen: Mapping[str, Claim], photos: Counter[str]) -> dict[str, dict[str, int]]:
    landmarks_of: Counter[str] = Counter()
    photos_of: Counter[str] = Counter()
    for landmark, claim in chosen.items():
        landmarks_of[claim.code] += 1
        photos_of[claim.code] += photos[landmark]
    return {code: {"landmarks": landmarks_of[code], "photos": photos_of[code]} for code in sorted(landmarks_of)}


def _source_facts(source: SourceReport, chosen: Mapping[str, Claim], photos: Counter[str]) -> dict[str, Any]:
    answered = [landmark for landmark, claim in source.claims.items() if claim.code]
    used = [landmark for landmark in answered if chosen[landmark].source == source.source]
    return {
        "licence": source.licence,
        "landmarks_answered": len(answered),
        "photos_answered": sum(photos[landmark] for landmark in answered),
        "landmarks_chosen": len(used),
        "photos_chosen": sum(photos[landmark] for landmark in used),
        "countries": len({source.claims[landmark].code for landmark in answered}),
        "rows": dict(sorted(source.counts.items())),
        "examples": dict(sorted(source.examples.items())),
    }


def _agreement(sources: Mapping[str, SourceReport]) -> list[dict[str, Any]]:
    """For each two sources, how many landmarks both answer, and for how many they say the same."""
    result = []
    for one, other in combinations([name for name in ORDER if name in sources], 2):
        codes = {landmark: claim.code for landmark, claim in sources[one].claims.items() if claim.code}
        both = [
            (codes[landmark], claim.code)
            for landmark, claim in sources[other].claims.items()
            if claim.code and landmark in codes
        ]
        if both:
            same = sum(mine == theirs for mine, theirs in both)
            result.append({"sources": [one, other], "landmarks": len(both), "same_country": same})
    return result


def _not_covered(
    landmarks: Landmarks, sources: Mapping[str, SourceReport], chosen: Mapping[str, Claim]
) -> dict[str, dict[str, int]]:
    counts: Counter[str] = Counter()
    photos: Counter[str] = Counter()
    ordered = [sources[name] for name in ORDER if name in sources]
    for landmark, title in landmarks.titles.items():
        if landmark not in chosen:
            claims = (source.claims[landmark] for source in ordered if landmark in source.claims)
            reason = _first_reason(claims) or ("no source knows it" if title else "no category and no coordinates")
            counts[reason] += 1
            photos[reason] += landmarks.photos[landmark]
    return {reason: {"landmarks": count, "photos": photos[reason]} for reason, count in counts.most_common()}


def _first_reason(claims: Iterable[Claim]) -> str:
    return next((f"{claim.source}: {claim.reason}" for claim in claims if claim.reason), "")

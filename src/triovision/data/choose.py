"""Samples that are left out before any photo is decoded: each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triovision.data.licences import is_free_licence
from triovision.data.records import Reject, Sample
from triovision.data.table import DropList

__all__ = ["drop_duplicates", "drop_known_bad", "keep_free_licences", "licence_problem"]


def drop_known_bad(samples: Iterable[Sample], drop_list: DropList) -> tuple[list[Sample], list[Reject]]:
    """Leave out what the drop list names."""
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample in samples:
        reason = drop_list.reason(sample)
        if reason is None:
            kept.append(sample)
        else:
            rejects.append(Reject(sample.photo, f"dropped: {reason}"))
    return kept, rejects


def keep_free_licences(samples: Iterable[Sample]) -> tuple[list[Sample], list[Reject]]:
    """Leave out what states no free licence."""
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample in samples:
        reason = licence_problem(sample.licence)
        if reason:
            rejects.append(Reject(sample.photo, reason))
        else:
            kept.append(sample)
    return kept, rejects


def licence_problem(licence: str) -> str:
    """Why a photo of this licence is left out where only free ones are wanted; blank if it is not."""
    return "" if is_free_licence(licence) else f"licence: {licence or 'none stated'}"


def drop_duplicates(samples: Sequence[Sample]) -> tuple[list[Sample], list[Reject]]:
    """Leave out all but the first of equal files; all of them where their countries differ.

    Args:
        samples: With `sha256`.
    """
    by_hash: dict[str, list[Sample]] = {}
    for sample in samples:
        by_hash.setdefault(sample.sha256, []).append(sample)
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for equal in by_hash.values():
        codes = sorted({sample.country_code for sample in equal})
        if len(codes) > 1:
            rejects += [
                Reject(sample.photo, f"contradiction: the same file is labelled {', '.join(codes)}") for sample in equal
            ]
            continue
        kept.append(equal[0])
        rejects += [Reject(sample.photo, f"duplicate: same file as {equal[0].photo}") for sample in equal[1:]]
    return kept, rejects

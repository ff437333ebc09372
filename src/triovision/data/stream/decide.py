"""Which photos stay, and in which split; each of the others with its reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.countries import locate
from triovision.data.records import SPLITS, Reject
from triovision.data.splits import assign_by_share
from triovision.data.stream.catalogue import codes_of, words_of
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.outcomes import Outcomes
from triovision.data.stream.places import group_places
from triovision.data.stream.similar import find_near_duplicates

__all__ = ["Decisions", "decide", "explain", "seeded_numbers"]

_UNREADABLE, _NO_COUNTRY, _DUPLICATE, _CONTRADICTION, _LEAK, _NEAR_DUPLICATE, _RARE = range(1, 8)
_NAMES = {
    _NO_COUNTRY: "no country",
    _DUPLICATE: "duplicate",
    _CONTRADICTION: "contradiction",
    _LEAK: "leak",
    _NEAR_DUPLICATE: "near-duplicate",
    _RARE: "rare country",
}


@dataclass(eq=False)
class Decisions:
    """Of each photo that was opened, what becomes of it; a line is a photo, as in `Outcomes`.

    Attributes:
        country: int32 [n]: number of the country code, -1 for none.
        country_codes: Codes by number.
        located: bool [n]: whether the coordinates said the country.
        latitude: float64 [n]: of the table, else from EXIF.
        longitude: float64 [n].
        split: int8 [n]: number in `SPLITS`.
        why: int8 [n]: 0 for photos that stay.
        other: int64 [n]: the photo that a duplicate is one of.
        counts: Training photos of each country, before rare ones are left out.
        groups: How many groups were kept whole.
    """

    country: NDArray[np.int32]
    country_codes: list[str]
    located: NDArray[np.bool_]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    split: NDArray[np.int8]
    why: NDArray[np.int8]
    other: NDArray[np.int64]
    counts: Counter[str]
    groups: int = 0

    def kept(self) -> NDArray[np.int64]:
        """Lines of the photos that stay."""
        return np.flatnonzero(self.why == 0)


def decide(catalogue: Any, outcomes: Outcomes, options: StreamOptions, say: Callable[[str], None]) -> Decisions:
    """Go through all that may speak against a photo, in the order of the constants above.

    Args:
        catalogue: What is known of each photo.
        outcomes: What came out of each.
        options: Splits, near-duplicates, rare countries.
        say: Told in a sentence what the user may not expect.
    """
    decisions = _start(catalogue, outcomes)
    _locate(decisions)
    _leave_out_equal_files(decisions, outcomes)
    _assign(decisions, catalogue, outcomes, options, say)
    if options.near_duplicates >= 0:
        _leave_out_near_duplicates(decisions, outcomes, options.near_duplicates)
    _leave_out_rare(decisions, options.min_per_country)
    return decisions


def _start(catalogue: Any, outcomes: Outcomes) -> Decisions:
    rows = outcomes.row
    unreadable = outcomes.reject.indices.fill_null(-1).to_numpy(zero_copy_only=False) >= 0
    latitude, longitude = (
        catalogue.column(name).fill_null(np.nan).to_numpy()[rows] for name in ("latitude", "longitude")
    )
    from_table = ~np.isnan(latitude)
    return Decisions(
        country=codes_of(catalogue, "country_code")[rows],
        country_codes=words_of(catalogue, "country_code"),
        located=np.zeros(len(rows), np.bool_),
        latitude=np.where(from_table, latitude, outcomes.latitude),
        longitude=np.where(from_table, longitude, outcomes.longitude),
        split=np.zeros(len(rows), np.int8),
        why=np.where(unreadable, np.int8(_UNREADABLE), np.int8(0)),
        other=np.full(len(rows), -1, np.int64),
        counts=Counter(),
    )


def _locate(decisions: Decisions) -> None:
    """Countries by coordinates, where nothing else says them."""
    asked = np.flatnonzero((decisions.why == 0) & (decisions.country < 0) & ~np.isnan(decisions.latitude))
    if len(asked):
        found = locate(decisions.latitude[asked], decisions.longitude[asked])
        codes = sorted(set(decisions.country_codes) | (set(found.tolist()) - {""}))
        number = {code: place for place, code in enumerate(codes)}
        known = np.array([number[code] for code in decisions.country_codes] + [-1], np.int32)
        decisions.country = known[decisions.country]
        decisions.country[asked] = [number.get(code, -1) for code in found.tolist()]
        decisions.country_codes = codes
        decisions.located[asked] = True
    decisions.why[(decisions.why == 0) & (decisions.country < 0)] = _NO_COUNTRY


def _leave_out_equal_files(decisions: Decisions, outcomes: Outcomes) -> None:
    """All but the first in the catalogue of equal files; all of them where their countries differ."""
    lines = decisions.kept()
    lines = lines[np.argsort(outcomes.row[lines], kind="stable")]
    keys = np.ascontiguousarray(outcomes.sha256[lines]).view("V32").ravel()
    _, firsts, members = np.unique(keys, return_index=True, return_inverse=True)
    first = lines[firsts[members.ravel()]]
    again = lines != first
    differs = decisions.country[lines] != decisions.country[first]
    contradicted = np.isin(first, first[differs])
    decisions.why[lines[again]] = _DUPLICATE
    decisions.other[lines[again]] = first[again]
    decisions.why[lines[contradicted]] = _CONTRADICTION


def _assign(
    decisions: Decisions,
    catalogue: Any,
    outcomes: Outcomes,
    options: StreamOptions,
    say: Callable[[str], None],
) -> None:
    lines = decisions.kept()
    lines = lines[np.argsort(outcomes.row[lines], kind="stable")]
    if options.split_by == "photo":
        groups = np.arange(len(lines), dtype=np.int64)
    else:
        landmarks = codes_of(catalogue, "landmark")[outcomes.row[lines]]
        groups = group_places(landmarks, decisions.latitude[lines], decisions.longitude[lines])
    decisions.groups = len(np.unique(groups))
    given = codes_of(catalogue, "split")[outcomes.row[lines]]
    if (given >= 0).any():
        say("the table's own `split` column decides")
        order = np.array([SPLITS.index(word) for word in words_of(catalogue, "split")], np.int8)
        _keep_given(decisions, lines, groups, order[given])
        return
    sizes = np.bincount(groups, minlength=len(lines))[groups] if len(lines) else groups
    whole, single = np.flatnonzero(sizes > 1), np.flatnonzero(sizes == 1)
    splits = np.zeros(len(lines), np.int8)
    splits[whole] = _deal_groups(groups[whole], decisions.country[lines[whole]], decisions.country_codes, options, say)
    splits[single] = _deal_photos(decisions.country[lines[single]], outcomes.sha256[lines[single]], options)
    decisions.split[lines] = splits


def _keep_given(
    decisions: Decisions, lines: NDArray[np.int64], groups: NDArray[np.int64], given: NDArray[np.int8]
) -> None:
    """Splits as the table gives them; of a group on two sides, only test stays, or else the larger side."""
    decisions.split[lines] = given
    counts = np.zeros((len(lines), len(SPLITS)), np.int64)
    np.add.at(counts, (groups, given), 1)
    train, val, test = (counts[groups, number] for number in range(len(SPLITS)))
    owner = np.where(test > 0, 2, np.where(val >= train, 1, 0))
    decisions.why[lines[owner != given]] = _LEAK


def _deal_groups(
    groups: NDArray[np.int64],
    countries: NDArray[np.int32],
    codes: list[str],
    options: StreamOptions,
    say: Callable[[str], None],
) -> NDArray[np.int8]:
    """Splits of photos whose group has several."""
    pairs, counts = np.unique(np.column_stack((groups, countries)), axis=0, return_counts=True)
    by_group: dict[str, Counter[str]] = {}
    for (group, country), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        by_group.setdefault(str(group), Counter())[codes[country]] = count
    if not by_group:
        return np.empty(0, np.int8)
    shares = {"val": options.val_share, "test": options.test_share}
    assigned = assign_by_share(by_group, shares, options.seed, say)
    names, members = np.unique(groups, return_inverse=True)
    split_of = np.array([SPLITS.index(assigned[str(group)]) for group in names.tolist()], np.int8)
    return split_of[members.ravel()]


def _deal_photos(countries: NDArray[np.int32], sha256: NDArray[np.uint8], options: StreamOptions) -> NDArray[np.int8]:
    """Splits of photos that stand alone: at random within each country."""
    splits = np.zeros(len(countries), np.int8)
    order = np.lexsort((seeded_numbers(sha256, options.seed), countries))
    ordered = countries[order]
    starts = np.searchsorted(ordered, ordered, "left")
    totals = np.searchsorted(ordered, ordered, "right") - starts
    place = np.arange(len(ordered)) - starts
    test = np.floor(totals * options.test_share + 0.5)
    val = np.floor(totals * options.val_share + 0.5)
    splits[order] = np.where(place < test, 2, np.where(place < test + val, 1, 0))
    return splits


def seeded_numbers(sha256: NDArray[np.uint8], seed: int) -> NDArray[np.uint64]:
    """A number per photo by which they are shuffled, the same way on every machine."""
    salt = np.frombuffer(hashlib.sha256(f"{seed}".encode()).digest()[:8], "<u8")
    numbers = np.ascontiguousarray(sha256[:, :8]).view("<u8").ravel() ^ salt
    # Source: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ numbers >> np.uint64(shift)) * np.uint64(factor)
    shuffled: NDArray[np.uint64] = numbers ^ numbers >> np.uint64(31)
    return shuffled


def _leave_out_near_duplicates(decisions: Decisions, outcomes: Outcomes, most_bits: int) -> None:
    """Of two splits, test keeps its photo before val, and val before train."""
    lines = decisions.kept()
    lines = lines[np.argsort(outcomes.row[lines], kind="stable")]
    found = find_near_duplicates(outcomes.similar[lines], decisions.split[lines], most_bits)
    near = found >= 0
    decisions.why[lines[near]] = _NEAR_DUPLICATE
    decisions.other[lines[near]] = lines[found[near]]


def _leave_out_rare(decisions: Decisions, min_per_country: int) -> None:
    lines = decisions.kept()
    train = lines[decisions.split[lines] == 0]
    counts = np.bincount(decisions.country[train], minlength=len(decisions.country_codes))
    decisions.counts = Counter(dict(zip(decisions.country_codes, counts.tolist(), strict=True)))
    rare = counts[decisions.country[lines]] < min_per_country
    decisions.why[lines[rare]] = _RARE


def explain(
    lines: NDArray[np.int64], catalogue: Any, outcomes: Outcomes, decisions: Decisions, min_per_country: int
) -> Iterator[Reject]:
    """The reasons of photos that do not stay.

    Args:
        lines: Of some photos, not too many at once.
        catalogue: Has their names.
        outcomes: Has what was wrong with the file.
        decisions: Has the rest.
        min_per_country: As the user asked.
    """
    photos = catalogue.column("photo")
    names = photos.take(outcomes.row[lines]).to_pylist()
    others = photos.take(outcomes.row[np.maximum(decisions.other[lines], 0)]).to_pylist()
    broken = outcomes.reject.take(lines).to_pylist()
    for line, name, other, problem in zip(lines.tolist(), names, others, broken, strict=True):
        why = int(decisions.why[line])
        code = decisions.country_codes[decisions.country[line]] if decisions.country[line] >= 0 else ""
        split = SPLITS[decisions.split[line]]
        details = {
            _NO_COUNTRY: _no_country(decisions, line),
            _DUPLICATE: f"same file as {other}",
            _CONTRADICTION: "the same file stands for several countries",
            _LEAK: f"its landmark or its neighbourhood is not in {split} alone",
            _NEAR_DUPLICATE: f"of {split}, nearly the same as {other}",
            _RARE: f"{code} has {decisions.counts[code]:,} training photos, fewer than {min_per_country:,}",
        }
        yield Reject(name, str(problem) if why == _UNREADABLE else f"{_NAMES[why]}: {details[why]}")


def _no_country(decisions: Decisions, line: int) -> str:
    if np.isnan(decisions.latitude[line]):
        return "the photo has no coordinates"
    return f"{decisions.latitude[line]:.4f}, {decisions.longitude[line]:.4f} lies in none"

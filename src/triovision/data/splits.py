"""Train, val and test without a leak: whole sources or whole landmarks on one side."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from triovision.data.options import PrepareOptions, SplitBy
from triovision.data.records import Reject, Sample
from triovision.errors import DataError

__all__ = ["assign_by_share", "assign_splits", "seeded_order"]


def assign_splits(
    samples: Sequence[Sample], options: PrepareOptions, say: Callable[[str], None]
) -> tuple[list[Sample], list[Reject]]:
    """Give every sample its split, and leave out what would leak.

    Whole groups (sources, landmarks) are assigned. Where the table has a `split` column, it decides instead. A
    landmark that sources bring to two splits stays in test, and between train and val where more samples of it are;
    the other side's samples of it are left out.

    Args:
        samples: Without a split, or each with one.
        options: What stays whole, which sources are named, which shares are wished for.
        say: Told in a sentence what the user may not expect.

    Returns:
        Samples with their split; samples left out.

    Raises:
        DataError: If named sources are unknown, or a given split tears a source apart.
    """
    split_by = _choose_split_by(samples, options, say)
    if any(sample.split for sample in samples):
        if options.test_sources or options.val_sources:
            raise DataError("sources are named for a split, but the table has a `split` column; leave one of them out")
        say("the table's own `split` column decides")
        assigned = list(samples)
    else:
        split_of = _assign_groups(samples, options, split_by, say)
        assigned = [replace(sample, split=split_of[_group(sample, split_by)]) for sample in samples]
    if split_by == "source":
        _check_sources_whole(assigned)
    return (assigned, []) if split_by == "photo" else _leave_out_leaks(assigned)


def seeded_order(seed: int, key: str) -> str:
    """Sorts things at random, the same way on every machine."""
    return hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()


def _choose_split_by(samples: Sequence[Sample], options: PrepareOptions, say: Callable[[str], None]) -> SplitBy:
    if options.split_by == "source" and len({sample.collection for sample in samples}) <= 1:
        if options.test_sources or options.val_sources:
            raise DataError("sources are named for a split, but all photos come from one; use --split-by landmark")
        say("all photos come from one source, so they are split by landmark, or by photo where none is known")
        return "landmark"
    return options.split_by


def _group(sample: Sample, split_by: SplitBy) -> str:
    if split_by == "source":
        return sample.collection
    if split_by == "landmark" and sample.landmark:
        return f"landmark {sample.landmark}"
    return f"photo {sample.sha256}"


def _assign_groups(
    samples: Sequence[Sample], options: PrepareOptions, split_by: SplitBy, say: Callable[[str], None]
) -> dict[str, str]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        groups[_group(sample, split_by)][sample.country_code] += 1
    named = _named_splits(groups, options)
    # A split whose sources are named takes no others.
    shares = {
        "val": 0.0 if options.val_sources else options.val_share,
        "test": 0.0 if options.test_sources else options.test_share,
    }
    free = {group: counts for group, counts in groups.items() if group not in named}
    return named | assign_by_share(free, shares, options.seed, say)


def _named_splits(groups: Iterable[str], options: PrepareOptions) -> dict[str, str]:
    known = sorted(groups)
    named = {}
    for split, sources in (("test", options.test_sources), ("val", options.val_sources)):
        for source in sources:
            if source not in known:
                near = get_close_matches(source, known, n=3)
                mend = f"did you mean {' or '.join(near)}?" if near else f"sources: {', '.join(known)[:300]}"
                raise DataError(f"{source!r} is no source of these photos; {mend}")
            named[source] = split
    return named


def assign_by_share(
    groups: Mapping[str, Counter[str]], shares: Mapping[str, float], seed: int, say: Callable[[str], None]
) -> dict[str, str]:
    """Deal groups to splits: the largest first, each to the split whose countries it brings nearest to their share.

    Args:
        groups: Photos per country of each group.
        shares: Wished for in `val` and `test`; the rest is `train`.
        seed: Decides between groups of equal size.
        say: Told where a split stays empty.
    """
    totals: Counter[str] = Counter()
    for counts in groups.values():
        totals.update(counts)
    wanted = {"train": 1 - sum(shares.values()), **shares}
    targets = {
        split: {code: share * count for code, count in totals.items()} for split, share in wanted.items() if share
    }
    filled: dict[str, Counter[str]] = {split: Counter() for split in targets}
    assigned: dict[str, str] = {}
    for group in sorted(groups, key=lambda name: (-groups[name].total(), seeded_order(seed, name))):
        costs = {split: _added_cost(groups[group], filled[split], targets[split]) for split in targets}
        best = min(targets, key=lambda split: costs[split])
        filled[best].update(groups[group])
        assigned[group] = best
    _fill_empty_splits(assigned, groups, targets, say)
    return assigned


def _added_cost(counts: Mapping[str, int], filled: Mapping[str, int], target: Mapping[str, float]) -> float:
    """How far the group takes a split from its countries' targets: growth of the squared error over the target."""
    return sum(
        count * (count + 2 * (filled.get(code, 0) - target[code])) / target[code] for code, count in counts.items()
    )


def _fill_empty_splits(
    assigned: dict[str, str],
    groups: Mapping[str, Counter[str]],
    wanted: Iterable[str],
    say: Callable[[str], None],
) -> None:
    for split in wanted:
        if split in assigned.values():
            continue
        train = [group for group, other in assigned.items() if other == "train"]
        if len(train) > 1:
            assigned[min(train, key=lambda group: groups[group].total())] = split
        else:
            say(f"{split} is empty: there are too few sources or landmarks to keep one back for it")


def _check_sources_whole(samples: Iterable[Sample]) -> None:
    splits: dict[str, set[str]] = defaultdict(set)
    for sample in samples:
        splits[sample.collection].add(sample.split)
    torn = sorted(source for source, sides in splits.items() if len(sides) > 1)
    if torn:
        raise DataError(
            f"source {torn[0]!r} is in {' and '.join(sorted(splits[torn[0]]))} ({len(torn)} such sources); "
            "mend the `split` column, or use --split-by landmark"
        )


def _leave_out_leaks(samples: Sequence[Sample]) -> tuple[list[Sample], list[Reject]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        counts[sample.landmark][sample.split] += 1
    counts.pop("", None)
    owner = {landmark: _owning_split(splits) for landmark, splits in counts.items()}
    kept: list[Sample] = []
    rejects: list[Reject] = []
    for sample in samples:
        side = owner.get(sample.landmark, sample.split)
        if side == sample.split:
            kept.append(sample)
        else:
            rejects.append(Reject(sample.photo, f"leak: landmark {sample.landmark} of {sample.split} is in {side}"))
    return kept, rejects


def _owning_split(counts: Counter[str]) -> str:
    if counts["test"]:
        return "test"
    return "val" if counts["val"] >= counts["train"] else "train"

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.data.options import PrepareOptions
from triovision.data.records import Sample
from triovision.data.splits import assign_splits
from triovision.errors import DataError


def silent(_):
    pass


def make_samples(triples):
    return [
        Sample(
            photo=f"{index}.jpg",
            country_code=country,
            collection=source,
            landmark=landmark,
            sha256=hashlib.sha256(str(index).encode()).hexdigest(),
        )
        for index, (country, source, landmark) in enumerate(triples)
    ]


samples_of_all_kinds = st.lists(
    st.tuples(
        st.sampled_from(["FR", "JP", "KE", "PE"]),
        st.sampled_from(["a", "b", "c", "d", ""]),
        st.sampled_from(["", "", "petra", "london", "colosseum"]),
    ),
    min_size=1,
    max_size=60,
).map(make_samples)
shares = st.sampled_from([0.0, 0.1, 0.3, 0.45])


def sides(samples, key):
    found = defaultdict(set)
    for sample in samples:
        found[key(sample)].add(sample.split)
    return found


@settings(max_examples=200, deadline=None)
@given(samples_of_all_kinds, shares, shares, st.integers(0, 5))
def test_neither_source_nor_landmark_is_ever_on_two_sides(samples, test_share, val_share, seed):
    options = PrepareOptions(test_share=test_share, val_share=val_share, seed=seed)
    kept, rejects = assign_splits(samples, options, silent)
    assert all(len(splits) == 1 for place, splits in sides(kept, lambda s: s.landmark).items() if place)
    if len({sample.collection for sample in samples}) > 1:
        assert all(len(splits) == 1 for splits in sides(kept, lambda s: s.collection).values())
    assert {s.photo for s in kept} | {r.photo for r in rejects} == {s.photo for s in samples}
    assert len(kept) + len(rejects) == len(samples)
    assert {s.split for s in kept} <= {"train", "val", "test"}


@settings(max_examples=100, deadline=None)
@given(samples_of_all_kinds, st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(samples, seed, random):
    options = PrepareOptions(split_by="landmark", seed=seed)
    shuffled = random.sample(samples, len(samples))
    assert Counter(assign_splits(samples, options, silent)[0]) == Counter(assign_splits(shuffled, options, silent)[0])


def test_named_sources_decide_and_leaks_are_left_out():
    triples = [("FR", "a", "paris")] * 3 + [("FR", "b", "paris")] + [("FR", "b", "")] * 3 + [("JP", "c", "paris")]
    options = PrepareOptions(test_sources=("a",), val_sources=("c",))
    kept, rejects = assign_splits(make_samples(triples), options, silent)
    assert Counter(sample.split for sample in kept) == {"test": 3, "train": 3}
    assert {reject.reason for reject in rejects} == {
        "leak: landmark paris of train is in test",
        "leak: landmark paris of val is in test",
    }


@pytest.mark.parametrize(("in_train", "in_val", "side"), [(3, 1, "train"), (1, 3, "val"), (2, 2, "val")])
def test_between_train_and_val_the_side_with_more_of_a_landmark_keeps_it(in_train, in_val, side):
    triples = [("PE", "a", "cusco")] * in_train + [("PE", "b", "cusco")] * in_val + [("PE", "c", "")]
    options = PrepareOptions(test_sources=("c",), val_sources=("b",))
    kept, rejects = assign_splits(make_samples(triples), options, silent)
    assert {sample.split for sample in kept if sample.landmark} == {side}
    assert len(rejects) == min(in_train, in_val)


def test_named_test_sources_leave_val_to_its_share():
    triples = [("FR", source, "") for source in "abcdefghij" for _ in range(10)]
    kept, _ = assign_splits(make_samples(triples), PrepareOptions(test_sources=("a",)), silent)
    assert Counter(sample.split for sample in kept) == {"test": 10, "val": 10, "train": 80}


def test_shares_hold_per_country_as_well_as_groups_allow():
    triples = [(code, "a", "") for code, count in (("FR", 400), ("JP", 100), ("KE", 10)) for _ in range(count)]
    options = PrepareOptions(split_by="photo", test_share=0.2, val_share=0.1)
    kept, rejects = assign_splits(make_samples(triples), options, silent)
    counts = Counter((sample.country_code, sample.split) for sample in kept)
    assert not rejects
    assert (counts["FR", "test"], counts["FR", "val"]) == (80, 40)
    assert (counts["JP", "test"], counts["JP", "val"]) == (20, 10)
    assert (counts["KE", "test"], counts["KE", "val"]) == (2, 1)


def test_a_seed_draws_other_photos():
    samples = make_samples([("FR", "a", "")] * 50)
    first, second = (assign_splits(samples, PrepareOptions(split_by="photo", seed=seed), silent)[0] for seed in (1, 2))
    assert first != second


def test_one_source_alone_is_split_by_landmark_and_said():
    said = []
    samples = make_samples([("FR", "a", f"place{index // 2}") for index in range(60)])
    kept, rejects = assign_splits(samples, PrepareOptions(), said.append)
    assert said == ["all photos come from one source, so they are split by landmark, or by photo where none is known"]
    assert not rejects
    assert {sample.split for sample in kept} == {"train", "val", "test"}


def test_two_big_sources_still_give_a_test_split():
    said = []
    samples = make_samples([("FR", "a", "")] * 60 + [("FR", "b", "")] * 40)
    kept, _ = assign_splits(samples, PrepareOptions(), said.append)
    assert Counter(sample.split for sample in kept) == {"train": 60, "val": 40}
    assert said == ["test is empty: there are too few sources or landmarks to keep one back for it"]


def test_split_by_photo_leaks_as_the_report_did():
    samples = make_samples([("FR", "a", "eiffel tower")] * 50)
    kept, rejects = assign_splits(samples, PrepareOptions(split_by="photo"), silent)
    assert not rejects
    assert len({sample.split for sample in kept}) == 3


def test_the_tables_own_splits_are_kept():
    said = []
    samples = make_samples([("FR", source, "") for source in "abc"])
    given_splits = [replace(s, split=split) for s, split in zip(samples, ("train", "val", "test"), strict=True)]
    assert assign_splits(given_splits, PrepareOptions(), said.append) == (given_splits, [])
    assert said == ["the table's own `split` column decides"]
    with pytest.raises(DataError, match="leave one of them out"):
        assign_splits(given_splits, PrepareOptions(test_sources=("a",)), silent)


def test_a_source_torn_by_the_tables_own_splits_is_an_error():
    samples = make_samples([("FR", "a", ""), ("FR", "a", ""), ("FR", "b", "")])
    torn = [replace(s, split=split) for s, split in zip(samples, ("train", "test", "test"), strict=True)]
    with pytest.raises(DataError, match=r"source 'a' is in test and train \(1 such sources\)"):
        assign_splits(torn, PrepareOptions(), silent)


def test_an_unknown_source_names_its_near_matches():
    samples = make_samples([("FR", "holiday", ""), ("FR", "monkey", "")])
    with pytest.raises(DataError, match="did you mean holiday"):
        assign_splits(samples, PrepareOptions(test_sources=("holidays",)), silent)
    with pytest.raises(DataError, match="sources: holiday, monkey"):
        assign_splits(samples, PrepareOptions(test_sources=("zzz",)), silent)


def test_a_named_source_of_one_source_alone_is_an_error():
    with pytest.raises(DataError, match="use --split-by landmark"):
        assign_splits(make_samples([("FR", "a", "")] * 3), PrepareOptions(test_sources=("a",)), silent)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_share": 0.6, "val_share": 0.4}, "leave nothing to train on"),
        ({"test_share": -0.1}, "leave nothing to train on"),
        ({"test_share": float("nan")}, "leave nothing to train on"),
        ({"short_side_px": 0}, "short_side_px is 0"),
        ({"shard_size": 0}, "shard_size is 0"),
        ({"min_per_country": 0}, "min_per_country is 0"),
        ({"test_sources": ("a",), "val_sources": ("a",)}, "a: named for test and for val"),
        ({"test_sources": ("a",), "split_by": "landmark"}, "split by source"),
    ],
)
def test_options_out_of_range_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        PrepareOptions(**changes)

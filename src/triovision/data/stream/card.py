"""`DATA_CARD.md`: what a person should know before using a data set, written from its own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from triovision.countries import country_name
from triovision.data.records import SPLITS
from triovision.data.stream.catalogue import codes_of, words_of
from triovision.data.stream.decide import Decisions
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.outcomes import Outcomes
from triovision.data.stream.places import CELL_RESOLUTION, NEAR_KM
from triovision.data.stream.source import PhotoSource

__all__ = ["make_card"]

_MOST_LICENCES = 25


def make_card(
    source: PhotoSource, outcomes: Outcomes, decisions: Decisions, options: StreamOptions, facts: Mapping[str, Any]
) -> str:
    """Write the card.

    Args:
        source: Where the photos come from.
        outcomes: What came out of each.
        decisions: Which stay.
        options: As the user asked.
        facts: Content of `data.json`.
    """
    photos = sum(split["samples"] for split in facts["splits"].values())
    parts = [
        f"# Data card: {source.card.title}",
        f"{photos:,} photos of {facts['labels']} countries. `{facts['data_hash']}`",
        "## Where it comes from",
        source.card.origin,
        *_known_by(source, outcomes, decisions),
        "## Licences",
        "As the source states them, unchecked; each photo's licence and author stand in the manifest.",
        _licences(source, outcomes, decisions),
        "## What was done to the photos",
        (
            f"Turned upright, colours brought to sRGB, short side brought to {options.short_side_px} px where it is "
            "longer (scaled JPEG decoding, then a bilinear filter), saved as JPEG of quality 90 without metadata."
        ),
        "## Split",
        _split_rule(options, decisions),
        _splits(facts),
        "## Left out",
        _left_out(facts),
        "## Biases and limits",
        "\n".join(f"- {bias}" for bias in source.card.biases),
        "## Photos per country",
        _countries(decisions),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: object) -> str:
    # Words come from strangers' tables.
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|").replace("\n", " ")


def _counted(source: PhotoSource, outcomes: Outcomes, decisions: Decisions, column: str) -> list[tuple[str, int]]:
    """Words of a column with their photos, most first; blank for none."""
    lines = decisions.kept()
    words = [*words_of(source.catalogue, column), ""]
    codes = codes_of(source.catalogue, column)[outcomes.row[lines]]
    if column == "source":
        words, codes = [*words, "gps"], np.where(decisions.located[lines], len(words), codes)
    numbers, counts = np.unique(codes, return_counts=True)
    totals: dict[str, int] = {}
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        totals[words[number]] = totals.get(words[number], 0) + count
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))


def _known_by(source: PhotoSource, outcomes: Outcomes, decisions: Decisions) -> list[str]:
    rows = _counted(source, outcomes, decisions, "source")
    problems = "\n".join(f"- {problem}" for problem in source.problems)
    return [
        _table(("country known by", "photos"), rows),
        f"Found in the tables:\n\n{problems}" if problems else "",
    ]


def _licences(source: PhotoSource, outcomes: Outcomes, decisions: Decisions) -> str:
    rows = [(word or "none stated", count) for word, count in _counted(source, outcomes, decisions, "licence")]
    rest = sum(count for _, count in rows[_MOST_LICENCES:])
    return _table(("licence", "photos"), [*rows[:_MOST_LICENCES], *([("others", rest)] if rest else [])])


def _split_rule(options: StreamOptions, decisions: Decisions) -> str:
    if options.split_by == "photo":
        rule = (
            "By photo, at random within each country. **This leaks**: one landmark stands on both sides, and figures "
            "measured here are too good. It is meant for measuring that."
        )
    else:
        rule = (
            f"By place: photos of one landmark, of one H3 cell (resolution {CELL_RESOLUTION}, about a kilometre "
            f"across), or less than {NEAR_KM:g} km apart stay on one side, and so does whatever that joins in turn: "
            f"{decisions.groups:,} groups. A city's centre is one group; a small country may have no test photo. "
            "Photos of a landmark without coordinates are kept together by the landmark alone. Groups are dealt out "
            "so that each country comes near the shares wished for."
        )
    bits = options.near_duplicates
    near = (
        f"Photos of two splits whose perceptual hashes (difference hash, 128 bits) differ in at most {bits} bits count "
        "as one: test keeps it before val, and val before train. Within a split they stay."
        if bits >= 0
        else "Near-duplicates between splits were kept."
    )
    return f"{rule}\n\n{near}"


def _splits(facts: Mapping[str, Any]) -> str:
    rows = [
        (name, split["samples"], split["countries"], split["landmarks"], split["sources"])
        for name, split in facts["splits"].items()
    ]
    return _table(("split", "photos", "countries", "landmarks", "photographers or sites"), rows)


def _left_out(facts: Mapping[str, Any]) -> str:
    rejects: dict[str, int] = facts["rejects"]
    ordered: list[tuple[str, int]] = sorted(rejects.items(), key=lambda pair: (-pair[1], pair[0]))
    table = _table(("why", "photos"), ordered)
    missing = facts["not_given"]
    note = f"\n\n{missing:,} photos of the tables are in none of the tars given." if missing else ""
    return f"Each photo with its reason: `rejects.csv`.\n\n{table}{note}"


def _countries(decisions: Decisions) -> str:
    lines = decisions.kept()
    counts = np.zeros((len(decisions.country_codes), len(SPLITS)), np.int64)
    np.add.at(counts, (decisions.country[lines], decisions.split[lines]), 1)
    totals: list[int] = counts.sum(axis=1).tolist()
    order = sorted(
        np.flatnonzero(totals).tolist(), key=lambda number: (-totals[number], decisions.country_codes[number])
    )
    codes = [decisions.country_codes[number] for number in order]
    rows = [(code, country_name(code), *map(int, counts[number])) for code, number in zip(codes, order, strict=True)]
    return _table(("code", "country", *SPLITS), rows)

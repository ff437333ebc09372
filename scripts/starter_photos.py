"""Clean the table of photos that the starter model is trained on; no photo is copied.

Run: `python scripts/starter_photos.py PHOTOS.csv --to CLEAN.csv`

Three things, each from a file that stands beside the recipe so that anyone can look:
city names are no landmarks (`cities.txt`: Paris on both sides of a split is not a leak, the Louvre is),
one place has one key and one site has one source (`aliases.csv`).
The photos left out, each with its reason, are in `dropped.csv`, which `triovision data prepare folder --drop` reads.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from triovision.data.landmarks import landmark_key

DATA = Path(__file__).parent.parent / "recipes" / "starter_data"


def read_aliases(column: str) -> dict[str, str]:
    """Other spelling -> the one spelling, for `landmark` or `source`."""
    with (DATA / "aliases.csv").open(encoding="utf-8", newline="") as file:
        return {row["other"]: row["one"] for row in csv.DictReader(file) if row["column"] == column}


def main() -> None:
    """Read, clean, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    cities = set((DATA / "cities.txt").read_text(encoding="utf-8").split())
    landmarks, sources = read_aliases("landmark"), read_aliases("source")
    with arguments.photos.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    blanked = 0
    for row in rows:
        key = landmark_key(row["landmark"])
        blanked += key in cities
        row["landmark"] = "" if key in cities else landmarks.get(key, key)
        row["source"] = sources.get(row["source"], row["source"])
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    with arguments.to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    # The photos stay where they are; `prepare folder` looks for them in `photos` beside the table.
    link = arguments.to.parent / "photos"
    link.unlink(missing_ok=True)
    link.symlink_to((arguments.photos.parent / "photos").resolve(), target_is_directory=True)
    print(f"{len(rows):,} photos; {blanked} city names are no landmarks any more")


if __name__ == "__main__":
    main()

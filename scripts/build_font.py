"""Build the font that `triovision explain` writes its legends with: a part of Roboto.

The PyPI package `font-roboto` is the source (Apache-2.0); it is not committed, nor is `fonttools` a dependency:

    pip install font-roboto==0.0.1 fonttools==4.68.0
    python scripts/build_font.py

Writes `src/triovision/evidence/roboto.ttf`: Latin, Greek and Cyrillic letters, without hints and layout tables, which
Pillow does not use. A second run writes the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from font_roboto import Roboto
from fontTools import subset

TARGET = Path(__file__).parents[1] / "src" / "triovision" / "evidence" / "roboto.ttf"
LETTERS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x45F), (0x490, 0x4FF), (0x1EA0, 0x1EF9), (0x2010, 0x2027),
)  # fmt: skip


def main() -> None:
    """Write the part of the font."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    font = subset.load_font(Roboto, options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for first, last in LETTERS for code in range(first, last + 1)])
    chosen.subset(font)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    subset.save_font(font, TARGET, options)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, {len(font.getBestCmap())} letters")


if __name__ == "__main__":
    main()

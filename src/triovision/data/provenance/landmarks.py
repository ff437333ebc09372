"""The data set's own tables: which category a landmark is, and how many photos it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triovision.data.gldv2.layout import METADATA
from triovision.data.provenance.categories import category_title
from triovision.data.provenance.tables import read_batches, read_texts
from triovision.data.provenance.tally import Tally
from triovision.errors import DataError

__all__ = ["TRAIN_PATH", "Landmarks", "find_table", "read_landmarks"]

TRAIN_PATH = "metadata/train.csv"
_CATEGORIES = "metadata/train_label_to_category.csv"
_HIERARCHY = "metadata/train_label_to_hierarchical.csv"
_FOLDER = "metadata"


@dataclass(slots=True)
class Landmarks(Tally):
    """All landmarks of the train split.

    Attributes:
        titles: Title of the Commons category by landmark id, blank where there is none.
        photos: Photos by landmark id.
        by_title: Landmark ids by category title.
        counts: Rows of the tables by what became of them.
        examples: The first of each kind of trouble.
    """

    titles: dict[str, str] = field(default_factory=dict)
    photos: Counter[str] = field(default_factory=Counter)
    by_title: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def find(self, landmark: str, category: str) -> list[str]:
        """Landmarks that a row of another table is about, by its landmark id or else by its category."""
        if landmark:
            return [landmark] if landmark in self.titles else []
        return self.by_title.get(category_title(category), [])


def find_table(folder: Path, path: str) -> Path | None:
    """A table of the data set in a folder that `data download gldv2` filled, or in its `metadata` folder itself."""
    name = path.rpartition("/")[2]
    return next((file for file in (folder / path, folder / name) if file.is_file()), None)


def read_landmarks(folder: Path) -> Landmarks:
    """Read `train_label_to_category.csv`, `train_label_to_hierarchical.csv` (where it is there) and `train.csv`.

    Args:
        folder: Of `data download gldv2`, or its `metadata` folder.

    Raises:
        DataError: If a table is missing or cannot be used.
    """
    landmarks = Landmarks()
    _read_categories(_require(folder, _CATEGORIES), landmarks)
    hierarchy = find_table(folder, _HIERARCHY)
    if hierarchy is not None:
        _read_categories(hierarchy, landmarks, fill_only=True)
    _count_photos(_require(folder, TRAIN_PATH), landmarks)
    for landmark in landmarks.photos:
        landmarks.titles.setdefault(landmark, "")
    for landmark, title in landmarks.titles.items():
        if title:
            landmarks.by_title.setdefault(title, []).append(landmark)
    shared = {title: ids for title, ids in landmarks.by_title.items() if len(ids) > 1}
    for title, ids in shared.items():
        landmarks.count("landmarks that share a category with another", f"{title}: {', '.join(ids)}", len(ids))
    return landmarks


def _require(folder: Path, path: str) -> Path:
    table = find_table(folder, path)
    if table is None:
        raise DataError(
            f"{folder}: holds no {path}; fetch the tables with "
            f"`triovision data download gldv2 --split train --metadata-only --to {folder}`"
        )
    return table


def _columns(path: str) -> Mapping[str, tuple[str, ...]]:
    table = next(table for table in METADATA["train"] if table.path == path)
    return {name: (name,) for name in table.columns if name in {"landmark_id", "category"}}


def _read_categories(path: Path, landmarks: Landmarks, *, fill_only: bool = False) -> None:
    for row in read_texts(path, _columns(_CATEGORIES), landmarks):
        landmark, title = row["landmark_id"], category_title(row["category"])
        if not landmark:
            landmarks.count("rows without a landmark id", f"{path.name}: {row['category']}")
        elif not title:
            landmarks.titles.setdefault(landmark, "")
            if not fill_only:
                landmarks.count("rows without a category", f"{path.name}: landmark {landmark}")
        elif not landmarks.titles.get(landmark):
            landmarks.titles[landmark] = title
        elif not fill_only:
            landmarks.count(
                "duplicate landmark ids, the first row stands",
                f"{path.name}: landmark {landmark} is {landmarks.titles[landmark]!r} and {title!r}",
            )
        elif landmarks.titles[landmark] != title:
            landmarks.count(
                "landmarks whose two tables name different categories, the first table stands",
                f"landmark {landmark} is {landmarks.titles[landmark]!r} and {title!r}",
            )


def _count_photos(path: Path, landmarks: Landmarks) -> None:
    from pyarrow import compute  # noqa: PLC0415 - reading the categories has made sure of it

    for batch in read_batches(path, _columns(TRAIN_PATH), landmarks):
        counted = compute.value_counts(compute.utf8_trim_whitespace(batch.column("landmark_id")))
        values, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
        for landmark, count in zip(values, counts, strict=True):
            if landmark:
                landmarks.photos[landmark] += count
            else:
                landmarks.count("photos without a landmark id", path.name, count)

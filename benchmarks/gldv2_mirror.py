"""A mirror of GLDv2 of any size, made of random photos: tables with the real columns and quirks, tars, md5 files.

Run: `python benchmarks/gldv2_mirror.py --to DIR --shards 3 --photos 200`, or for full-size tables without photos
`python benchmarks/gldv2_mirror.py --to DIR --tables 4132914 --landmarks 203094`.

Same arguments, same bytes. `gldv2_server.py` serves such a folder, with faults.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import tarfile
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

LICENCES = (
    "https://creativecommons.org/licenses/by-sa/3.0",
    "https://creativecommons.org/licenses/by-sa/4.0",
    "https://creativecommons.org/licenses/by/2.0",
    "http://creativecommons.org/licenses/by/3.0/de",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "Public domain",
    "",
)
AUTHORS = ('Ann, of "Bath"', "Jürgen Müller", "写真家", "a<br>b", "two\nlines", "")
PLACES = ("Frauenkirche_(München)", "Tour_Eiffel", "Churches_in_Bavaria", "東京タワー", "O'Connell_Bridge,_Dublin")
MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Spec:
    """Size and quirks of a mirror.

    Attributes:
        split: `train`, `index` or `test`.
        shards: Tars, numbered from 0.
        photos: Per tar.
        landmarks: Of the split.
        size_px: Width and height of a photo.
        uncategorised: Every so-manyth landmark has no category, 0 for none.
        broken: Broken photos per tar: truncated, empty, no JPEG.
        oversized_bytes: Size of one photo per tar that is padded so far, 0 for none.
        seed: Decides every byte.
    """

    split: str = "train"
    shards: int = 2
    photos: int = 20
    landmarks: int = 12
    size_px: tuple[int, int] = (160, 120)
    uncategorised: int = 5
    broken: int = 0
    oversized_bytes: int = 0
    seed: int = 0


def make_photo_id(number: int, seed: int = 0) -> str:
    """A different id for each number: multiplying by an odd constant permutes the 64-bit numbers."""
    return f"{((number + 1) * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03) & MASK:016x}"


def landmark_of(number: int, landmarks: int) -> int:
    """Landmark of a photo; low numbers have many photos and high ones few, as in the original."""
    spread = ((number + 1) * 0x2545F4914F6CDD1D & MASK) / MASK
    return int(landmarks * spread * spread)


def make_photo(number: int, spec: Spec) -> bytes:
    """A JPEG of smooth colours, different for each number."""
    random = np.random.default_rng([spec.seed, number])
    coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    coarse.resize(spec.size_px, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def member_name(photo_id: str) -> str:
    """Where a photo stands in its tar."""
    return f"{photo_id[0]}/{photo_id[1]}/{photo_id[2]}/{photo_id}.jpg"


def write_mirror(folder: Path, spec: Spec) -> None:
    """Write tables, tars and md5 files of one split.

    Args:
        folder: Of the mirror.
        spec: What it holds.
    """
    write_tables(folder, spec, spec.shards * spec.photos)
    for shard in range(spec.shards):
        numbers = range(shard * spec.photos, (shard + 1) * spec.photos)
        write_archive(folder, spec.split, shard, _members(numbers, spec))


def write_archive(folder: Path, split: str, shard: int, members: Iterator[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Write one tar of any members, and its md5 file.

    Args:
        folder: Of the mirror.
        split: Of the tar.
        shard: Its number.
        members: Headers and contents; the header's size counts.

    Returns:
        The tar.
    """
    path = folder / split / f"images_{shard:03d}.tar"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    write_checksum(folder, split, shard)
    return path


def write_checksum(folder: Path, split: str, shard: int) -> None:
    """Write the md5 file of a tar as `md5sum` does."""
    name = f"images_{shard:03d}.tar"
    with (folder / split / name).open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    path = folder / "md5sum" / split / f"md5.{name.removesuffix('.tar')}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{digest}  {name}\n", encoding="utf-8")


def _members(numbers: range, spec: Spec) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    for place, number in enumerate(numbers):
        content = make_photo(number, spec)
        if place < spec.broken:
            content = (content[: len(content) // 2], b"", b"<html>not a photo</html>")[place % 3]
        elif place == spec.broken and spec.oversized_bytes > len(content):
            content += bytes(spec.oversized_bytes - len(content))
        info = tarfile.TarInfo(member_name(make_photo_id(number, spec.seed)))
        info.size = len(content)
        yield info, content


def write_tables(folder: Path, spec: Spec, photos: int) -> None:
    """Write the tables of a split for so many photos, in constant memory but for `train_clean.csv`.

    Args:
        folder: Of the mirror.
        spec: Split, landmarks, seed and quirks.
        photos: Rows.
    """
    numbers = range(photos)

    def write(name: str, columns: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
        write_table(folder / name, columns, rows)

    ids = ((make_photo_id(number, spec.seed),) for number in numbers)
    if spec.split == "test":
        write("metadata/test.csv", ("id",), ids)
        _write_solutions(write, numbers, spec)
        return
    if spec.split == "index":
        write("metadata/index.csv", ("id",), ids)
        pairs = ((make_photo_id(n, spec.seed), landmark_of(n, spec.landmarks)) for n in numbers)
        write("metadata/index_image_to_landmark.csv", ("id", "landmark_id"), pairs)
    else:
        write("metadata/train.csv", ("id", "url", "landmark_id"), (_train_row(n, spec) for n in numbers))
        columns = ("id", "url", "author", "license", "title")
        write("metadata/train_attribution.csv", columns, (_attribution_row(n, spec) for n in numbers))
        write("metadata/train_clean.csv", ("landmark_id", "images"), _clean_rows(numbers, spec))
    known = [n for n in range(spec.landmarks) if not spec.uncategorised or (n + 1) % spec.uncategorised]
    categories = ((n, _category(n)) for n in known)
    write(f"metadata/{spec.split}_label_to_category.csv", ("landmark_id", "category"), categories)
    columns = ("landmark_id", "category", "supercategory", "hierarchical_label", "natural_or_human_made")
    hierarchy = ((n, _category(n), "church", "religious building", "human-made") for n in known)
    write(f"metadata/{spec.split}_label_to_hierarchical.csv", columns, hierarchy)


def write_table(path: Path, columns: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    """Write a CSV as the original's are: Unix line ends, quotes where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _category(landmark: int) -> str:
    return f"http://commons.wikimedia.org/wiki/Category:{urllib.parse.quote(PLACES[landmark % len(PLACES)])}_{landmark}"


def _address(number: int) -> str:
    place = urllib.parse.quote(PLACES[number % len(PLACES)], safe="(),'")
    return f"https://upload.wikimedia.org/wikipedia/commons/{number % 16:x}/{number % 256:02x}/{place}_{number}.jpg"


def _train_row(number: int, spec: Spec) -> tuple[object, ...]:
    return make_photo_id(number, spec.seed), _address(number), landmark_of(number, spec.landmarks)


def _attribution_row(number: int, spec: Spec) -> tuple[object, ...]:
    title = f"File:{PLACES[number % len(PLACES)].replace('_', ' ')} {number}.jpg"
    author, licence = AUTHORS[number % len(AUTHORS)], LICENCES[number % len(LICENCES)]
    return make_photo_id(number, spec.seed), _address(number), author, licence, title


def _clean_rows(numbers: range, spec: Spec) -> Iterator[tuple[object, ...]]:
    images: dict[int, list[str]] = {}
    for number in numbers[::3]:  # the clean subset holds about a third of the photos
        images.setdefault(landmark_of(number, spec.landmarks), []).append(make_photo_id(number, spec.seed))
    for landmark in sorted(images):
        yield landmark, " ".join(images[landmark])


def _write_solutions(write: Callable[..., None], numbers: range, spec: Spec) -> None:
    usage = ("Private", "Public")
    known = (
        (make_photo_id(n, spec.seed), n % spec.landmarks if n % 9 == 0 else "", usage[n % 3 == 0]) for n in numbers
    )
    write("ground_truth/recognition_solution_v2.1.csv", ("id", "landmarks", "Usage"), known)
    similar = ((make_photo_id(n, spec.seed), make_photo_id(n) if n % 9 == 0 else "None", "Public") for n in numbers)
    write("ground_truth/retrieval_solution_v2.1.csv", ("id", "images", "Usage"), similar)


def main() -> None:
    """Make a mirror as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--split", choices=("train", "index", "test"), default="train")
    parser.add_argument("--shards", type=int, default=2)
    parser.add_argument("--photos", type=int, default=200, help="per tar")
    parser.add_argument("--landmarks", type=int, default=50)
    parser.add_argument("--width", type=int, default=800)
    parser.add_argument("--height", type=int, default=600)
    parser.add_argument("--broken", type=int, default=0, help="broken photos per tar")
    parser.add_argument("--oversized-bytes", type=int, default=0, help="size of one padded photo per tar")
    parser.add_argument("--tables", type=int, help="only tables, with so many photos")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    spec = Spec(
        split=given.split,
        shards=given.shards,
        photos=given.photos,
        landmarks=given.landmarks,
        size_px=(given.width, given.height),
        broken=given.broken,
        oversized_bytes=given.oversized_bytes,
        seed=given.seed,
    )
    if given.tables is None:
        write_mirror(given.to, spec)
    else:
        write_tables(given.to, spec, given.tables)


if __name__ == "__main__":
    main()

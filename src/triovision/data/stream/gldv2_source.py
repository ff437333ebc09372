"""Photos of Google Landmarks v2, read from its tars as `triovision data download gldv2` leaves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triovision.data.choose import licence_problem
from triovision.data.gldv2.archive import PhotoMember, Refusal, read_members
from triovision.data.gldv2.kept import KEPT_NAME
from triovision.data.gldv2.layout import ATTRIBUTION_PATH, METADATA
from triovision.data.records import Reject
from triovision.data.stream.catalogue import has_word, make_catalogue
from triovision.data.stream.chunks import Chunk
from triovision.data.stream.gldv2_countries import LandmarkCountry, read_landmark_countries
from triovision.data.stream.gldv2_tables import Photos, WordColumn, make_words, parse_ids, read_columns, read_photos
from triovision.data.stream.options import StreamOptions
from triovision.data.stream.source import CardFacts, Seen
from triovision.errors import DataError

__all__ = ["Gldv2Source"]

_ARCHIVE = re.compile(r"images_\d{3}\.tar")
_ID_BYTES = 8
# Of one tar; `data download` lets none through, so only a tar from elsewhere has any.
_LISTED_REFUSALS = 1000
_BIASES = (
    (
        "Landmarks that somebody photographed for Wikimedia Commons: Europe and North America are over-represented, "
        "and so are churches, castles, museums and mountains. Everyday streets are rare."
    ),
    "A country's share here is its share of uploaders, not of people or places.",
    "The country is the landmark's, as a table states it; photos filed under the wrong landmark are wrong here too.",
    "Photos of the eighteen-hundreds stand beside those of today.",
)


class Gldv2Source:
    """Photos of the train split whose landmark has a country.

    Args:
        folder: As `data download gldv2` leaves it: `metadata/*.csv` and `train/images_NNN.tar`.
        countries: See `read_landmark_countries`.
        options: Whether only free licences are wanted.

    Raises:
        DataError: If a table cannot be used, or there is no tar.
    """

    photo_is_id = True

    def __init__(self, folder: Path, countries: Path, options: StreamOptions) -> None:
        self.name = str(folder)
        self._archives = _find_archives(folder)
        places, problems = read_landmark_countries(countries)
        photos = read_photos(folder / METADATA["train"][0].path)
        self.problems = problems + photos.problems
        self._ids = photos.ids
        self.catalogue = self._make_catalogue(folder, photos, places, options)
        self._wanted = ~has_word(self.catalogue, "reject")
        self.seen = Seen(np.zeros(len(self._ids), np.bool_))
        self.card = CardFacts(
            "Google Landmarks v2 with countries",
            f"{len(self._archives):,} tars of the train split of Google Landmarks Dataset v2 (Weyand et al., 2020, "
            "https://arxiv.org/abs/2004.01804), photos from Wikimedia Commons. The country of each photo is that of "
            f"its landmark, from `{countries.name}`; the manifest's column `source` says how it is known.",
            _BIASES,
        )

    def _make_catalogue(
        self, folder: Path, photos: Photos, places: dict[str, LandmarkCountry], options: StreamOptions
    ) -> Any:
        author, licence = self._read_attribution(folder / ATTRIBUTION_PATH)
        missing = LandmarkCountry("", reject="no country: none is known of its landmark")
        known = [places.get(landmark, missing) for landmark in photos.landmark_words]
        landmarks = photos.landmarks
        each = np.arange(len(known), dtype=np.int32)[landmarks]
        reasons = [place.reject for place in known]
        reject = self._reject(each, reasons, photos, licence, folder / KEPT_NAME, options)
        columns = {
            "photo": _photo_names(photos.ids),
            "country_code": make_words(each, [place.country_code for place in known]),
            "landmark": make_words(landmarks, photos.landmark_words),
            "source": make_words(each, [place.source for place in known]),
            "collection": author.to_arrow(),
            "author": author.to_arrow(),
            "licence": licence.to_arrow(),
            "latitude": _numbers(np.array([place.latitude for place in known])[each]),
            "longitude": _numbers(np.array([place.longitude for place in known])[each]),
            "reject": reject,
        }
        return make_catalogue(columns, len(photos.ids))

    def _reject(
        self,
        each: NDArray[np.int32],
        reasons: list[str],
        photos: Photos,
        licence: WordColumn,
        kept: Path,
        options: StreamOptions,
    ) -> Any:
        """Why photos are left out before they are opened; the first reason that applies."""
        words = ["contradiction: train.csv gives it two landmarks", f"licence: not in {KEPT_NAME}", *reasons]
        licences = [licence_problem(word) for word in licence.words()] + [licence_problem("")]
        codes = each + 2
        if options.free_licences_only:
            problem = np.array([bool(text) for text in licences])[licence.codes]
            wanted = np.array([not reason for reason in reasons])[each]
            codes = np.where(wanted & problem, len(words) + licence.codes, codes)
            # Code -1, no statement at all, is the last of the licences.
            codes = np.where(wanted & problem & (licence.codes < 0), len(words) + len(licences) - 1, codes)
            words += licences
        if kept.exists():
            codes = np.where(self._is_kept(kept), codes, 1)
        return make_words(np.where(photos.contradicted, 0, codes).astype(np.int32), words)

    def _find(self, ids: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows of ids, -1 where the tables do not have them."""
        place = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        return np.where(self._ids[place] == ids, place, -1)

    def _read_attribution(self, path: Path) -> tuple[WordColumn, WordColumn]:
        author, licence = WordColumn(len(self._ids)), WordColumn(len(self._ids))
        unreadable = 0
        for (texts, authors, licences), bad in read_columns(path, ("id", "author", "license")):
            ids, valid = parse_ids(texts)
            rows = np.where(valid, self._find(ids), -1)
            inside = np.flatnonzero(rows >= 0)
            author.put(rows[inside], authors.take(inside))
            licence.put(rows[inside], licences.take(inside))
            unreadable += bad + int((~valid).sum())
        if unreadable:
            self.problems.append(f"{path.name}: {unreadable:,} rows cannot be read; their photos have no licence")
        if (licence.codes < 0).any():
            missing = int((licence.codes < 0).sum())
            self.problems.append(f"{path.name}: {missing:,} photos of train.csv are not in it; they have no licence")
        return author, licence

    def _is_kept(self, path: Path) -> NDArray[np.bool_]:
        kept = np.zeros(len(self._ids), np.bool_)
        for (texts,), _ in read_columns(path, ("id",), header=False):
            ids, valid = parse_ids(texts)
            rows = self._find(ids[valid])
            kept[rows[rows >= 0]] = True
        return kept

    def expected(self) -> int:
        """About how many photos the chunks hold: ids are spread evenly, so one tar speaks for all."""
        with self._archives[0].open("rb") as file:
            members = (member for member in read_members(file) if isinstance(member, PhotoMember))
            ids = np.fromiter((int(member.photo_id, 16) for member in members), np.uint64)
        rows = self._find(ids)
        return int(self._wanted[rows[rows >= 0]].sum()) * len(self._archives)

    def chunks(self, options: StreamOptions) -> Iterator[Chunk]:
        """All chunks: the wanted photos of each tar, a few hundred at a time."""
        self.seen = Seen(np.zeros(len(self._ids), np.bool_))
        for archive in self._archives:
            members: list[PhotoMember] = []
            number = 0
            for member in self._walk(archive):
                members.append(member)
                if len(members) == options.chunk_size:
                    yield self._chunk(archive, number, members, options)
                    members, number = [], number + 1
            if members:
                yield self._chunk(archive, number, members, options)

    def _walk(self, archive: Path) -> Iterator[PhotoMember]:
        """Members that are wanted; what is not is noted in `seen`."""
        refused = 0
        with archive.open("rb") as file:
            for member in read_members(file):
                if isinstance(member, Refusal):
                    refused += 1
                    if refused <= _LISTED_REFUSALS:
                        self._leave_out(f"{archive.name}/{member.member}", f"refused: {member.reason}")
                    continue
                row = self._find(np.array([int(member.photo_id, 16)], np.uint64))[0]
                if row < 0:
                    self._leave_out(
                        f"{archive.name}/{member.photo_id}.jpg", "not in the tables: train.csv has no such id"
                    )
                elif self.seen.rows[row]:
                    self._leave_out(f"{archive.name}/{member.photo_id}.jpg", "duplicate: the id was in the tars before")
                else:
                    self.seen.rows[row] = True
                    if self._wanted[row]:
                        yield member
        if refused > _LISTED_REFUSALS:
            self._leave_out(f"{archive.name}", f"refused: {refused - _LISTED_REFUSALS:,} more members")

    def _leave_out(self, photo: str, reason: str) -> None:
        self.seen.rejects.append(Reject(photo, reason))

    def _chunk(self, archive: Path, number: int, members: list[PhotoMember], options: StreamOptions) -> Chunk:
        rows = self._find(np.array([int(member.photo_id, 16) for member in members], np.uint64))
        return Chunk(
            name=f"{archive.stem}-{number:05d}",
            rows=rows,
            names=self.catalogue.column("photo").take(rows).to_pylist(),
            files=(str(archive),),
            offsets=np.array([member.offset for member in members], np.int64),
            sizes=np.array([member.size_bytes for member in members], np.int64),
            short_side_px=options.short_side_px,
            min_side_px=options.min_side_px,
        )


def _find_archives(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in (folder / "train").iterdir() if _ARCHIVE.fullmatch(path.name))
    except OSError as error:
        raise DataError(
            f"{folder / 'train'}: cannot be read ({error.strerror}); fetch tars with `triovision data download gldv2`"
        ) from None
    if not found:
        raise DataError(
            f"{folder / 'train'}: holds no images_NNN.tar; fetch some with `triovision data download gldv2`"
        )
    return found


def _numbers(values: NDArray[np.float64]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.array(values, mask=np.isnan(values))


def _photo_names(ids: NDArray[np.uint64]) -> Any:
    """`train/0/1/2/0123456789abcdef.jpg` for each id."""
    import pyarrow as pa  # noqa: PLC0415

    octets = np.ascontiguousarray(ids.astype(">u8")).view(np.uint8).reshape(-1, _ID_BYTES)
    nibbles = np.stack((octets >> 4, octets & 0x0F), axis=-1).reshape(len(ids), -1)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[nibbles]
    names = np.tile(np.frombuffer(b"train/0/1/2/0123456789abcdef.jpg", np.uint8), (len(ids), 1))
    names[:, [6, 8, 10]] = digits[:, :3]
    names[:, 12:28] = digits
    offsets = np.arange(len(ids) + 1, dtype=np.int64) * names.shape[1]
    return pa.LargeStringArray.from_buffers(len(ids), pa.py_buffer(offsets), pa.py_buffer(names))

"""Photos to what the page shows of them; every number comes from `classifier`, `decision` and `evidence`."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.classifier import CountryClassifier
from triovision.countries import locate
from triovision.errors import BundleFormatError, PhotoError
from triovision.evidence import Evidence
from triovision.photo import PhotoMetadata, read_photo
from triovision.prediction import Prediction

__all__ = [
    "AnalysedPhoto",
    "AnalysisCache",
    "Upload",
    "analyse",
    "analyse_many",
    "decode_display",
    "encode_jpeg",
    "explain_or_none",
]

DISPLAY_LONG_SIDE_PX = 1024
THUMBNAIL_SIDE_PX = 144
_JPEG_QUALITY = 84
_WORKERS = 2
_IN_FLIGHT = 2 * _WORKERS


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedPhoto:
    """One photo that was read.

    Attributes:
        name: Of the file, as the user knows it.
        sha256: Of its bytes.
        prediction: The model's distribution and answer.
        evidence: Heat maps; None if this model gives none.
        metadata: What the file says about itself.
        gps_country: Code of the country in which the file's own GPS lies; None without GPS, and at sea.
        display: JPEG for the page, at most 1024 px on the long side.
        thumbnail: JPEG, square.
    """

    name: str
    sha256: str
    prediction: Prediction
    evidence: Evidence | None
    metadata: PhotoMetadata
    gps_country: str | None
    display: bytes
    thumbnail: bytes

    @property
    def has_gps(self) -> bool:
        """Whether the file says where it was taken."""
        return self.metadata.latitude is not None


class AnalysisCache:
    """Analysed photos by model and content, for all sessions; the least recently used make room.

    Args:
        most: How many to keep.
    """

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], AnalysedPhoto] = OrderedDict()
        self._lock = Lock()

    def get(self, model: str, sha256: str) -> AnalysedPhoto | None:
        """What is kept of a photo, if it is."""
        with self._lock:
            photo = self._kept.get((model, sha256))
            if photo is not None:
                self._kept.move_to_end((model, sha256))
            return photo

    def put(self, model: str, photo: AnalysedPhoto) -> None:
        """Keep a photo."""
        with self._lock:
            self._kept[model, photo.sha256] = photo
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def analyse(classifier: CountryClassifier, upload: Upload) -> AnalysedPhoto:
    """Look at one photo.

    Raises:
        PhotoError: If it cannot be used.
    """
    evidence = explain_or_none(classifier, upload)
    prediction = evidence.prediction if evidence else classifier.predict(upload.data, name=upload.name)
    photo = read_photo(upload.data, short_side_px=DISPLAY_LONG_SIDE_PX // 2, name=upload.name)
    latitude, longitude = photo.metadata.latitude, photo.metadata.longitude
    return AnalysedPhoto(
        name=upload.name,
        sha256=hashlib.sha256(upload.data).hexdigest(),
        prediction=prediction,
        evidence=evidence,
        metadata=photo.metadata,
        gps_country=None if latitude is None or longitude is None else locate(latitude, longitude),
        display=_display_jpeg(photo.image),
        thumbnail=_thumbnail_jpeg(photo.image),
    )


def explain_or_none(
    classifier: CountryClassifier, upload: Upload, *, country: str | None = None, against: str | None = None
) -> Evidence | None:
    """Evidence for a country of a photo; None if this model gives none.

    Raises:
        PhotoError: If the photo cannot be used.
        CountryError: If the model does not know a country, or both are the same.
    """
    try:
        return classifier.explain(upload.data, country=country, against=against, name=upload.name)
    except BundleFormatError:
        return None


def analyse_many(
    classifier: CountryClassifier, uploads: Iterable[Upload], cache: AnalysisCache, model: str
) -> Iterator[AnalysedPhoto | PhotoError]:
    """Look at photos, in order, a few at a time.

    Args:
        classifier: The model.
        uploads: Drawn from only as far as needed.
        cache: Photos seen before are taken from here, whoever brought them.
        model: Name of the model in the cache.

    Yields:
        Per photo what was found, or the error that kept it from being looked at.
    """
    sources = iter(uploads)
    waiting: deque[Future[AnalysedPhoto | PhotoError]] = deque()
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="triovision-app") as pool:
        for upload in islice(sources, _IN_FLIGHT):
            waiting.append(pool.submit(_analyse_or_error, classifier, upload, cache, model))
        while waiting:
            yield waiting.popleft().result()
            for upload in islice(sources, 1):
                waiting.append(pool.submit(_analyse_or_error, classifier, upload, cache, model))


def _analyse_or_error(
    classifier: CountryClassifier, upload: Upload, cache: AnalysisCache, model: str
) -> AnalysedPhoto | PhotoError:
    known = cache.get(model, hashlib.sha256(upload.data).hexdigest())
    if known is not None:
        # The same bytes may come under another name, which is whose this session shows.
        return replace(known, name=upload.name, prediction=replace(known.prediction, photo=upload.name))
    try:
        photo = analyse(classifier, upload)
    except PhotoError as error:
        # The traceback would keep the photo's bytes alive for as long as the page shows the error.
        error.__context__ = None
        return error.with_traceback(None)
    cache.put(model, photo)
    return photo


def decode_display(photo: AnalysedPhoto) -> NDArray[np.uint8]:
    """Pixels of the page's version of a photo."""
    with Image.open(io.BytesIO(photo.display)) as image:
        return np.asarray(image.convert("RGB"))


def _display_jpeg(image: NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((DISPLAY_LONG_SIDE_PX, DISPLAY_LONG_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return encode_jpeg(picture)


def _thumbnail_jpeg(image: NDArray[np.uint8]) -> bytes:
    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    square = Image.fromarray(np.ascontiguousarray(image[top : top + side, left : left + side]))
    return encode_jpeg(square.resize((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BOX))


def encode_jpeg(picture: Image.Image) -> bytes:
    """A picture as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()

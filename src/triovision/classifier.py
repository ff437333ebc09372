"""The one-line API: `CountryClassifier.load().predict("holiday.jpg").answer()`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.bundle import Bundle, BundleMetadata, ModelOutput, read_bundle
from triovision.bundle.session import available_cpus
from triovision.decision import DecisionRule, looks_like_a_place, make_probabilities
from triovision.errors import BundleNotFoundError, PhotoError
from triovision.photo import Photo, PhotoLimits, read_photo
from triovision.prediction import Prediction
from triovision.preprocess import preprocess

if TYPE_CHECKING:
    from triovision.evidence import Evidence

__all__ = ["DEFAULT_MODEL", "CountryClassifier", "PhotoSource", "embedded_models"]

DEFAULT_MODEL = "starter"

# Whatever a caller holds a photo in: a path, the file's bytes, a decoded image.
PhotoSource = str | Path | bytes | Image.Image | NDArray[np.uint8]

# Photos in flight per worker: one being worked on, one waiting, so that no worker ever idles and memory stays flat.
_IN_FLIGHT_PER_WORKER = 2

# Two leading countries closer than this, in probability, are a tie, which the photo decoded at reduced scale shall not
# decide: it is then read whole. One photo in thirty is; without it the reduced scale would change the first country of
# almost 2 % of photos (benchmarks/reduced_decode.py).
_TIE = 0.005
# Beyond, a photo is not read whole for a tie: three workers with 72 MB of pixels each are what memory allows.
_MAX_WHOLE_PIXELS = 24_000_000


def embedded_models() -> tuple[str, ...]:
    """Names of the models that come with the package."""
    folder = resources.files("triovision") / "models"
    return tuple(sorted(entry.name.removesuffix(".onnx") for entry in folder.iterdir() if entry.name.endswith(".onnx")))


class CountryClassifier:
    """Predicts the country of photos with one bundle.

    Safe to share between threads.

    Args:
        bundle: A checked model file.
        limits: What a photo may weigh; the defaults suit photos from phones and cameras.
    """

    def __init__(self, bundle: Bundle, limits: PhotoLimits | None = None) -> None:
        self._bundle = bundle
        self._limits = limits or PhotoLimits()
        self._rule = DecisionRule.from_metadata(bundle.metadata)

    @classmethod
    def load(
        cls,
        model: str | Path | bytes | None = None,
        *,
        providers: Sequence[str] = (),
        threads: int | None = None,
        limits: PhotoLimits | None = None,
    ) -> CountryClassifier:
        """Load an embedded model or a model file.

        Args:
            model: Name of an embedded model, path of an `.onnx` bundle, or its bytes; None takes the default model.
            providers: onnxruntime execution providers wished for, e.g. `["CUDAExecutionProvider"]`. One that is
                not available is said aloud (`ProviderWarning`) and the CPU does the work.
            threads: Threads for one prediction; None takes the cores of this process, at most eight.
            limits: What a photo may weigh.

        Raises:
            BundleNotFoundError: If there is no such model.
            BundleError: If the file is not a bundle that this version reads.
        """
        if model is None:
            model = DEFAULT_MODEL
        if isinstance(model, bytes):
            return cls(read_bundle(model, providers=providers, threads=threads), limits)
        if isinstance(model, str) and model in embedded_models():
            data = (resources.files("triovision") / "models" / f"{model}.onnx").read_bytes()
            return cls(read_bundle(data, name=model, providers=providers, threads=threads), limits)
        if isinstance(model, str) and not model.endswith(".onnx") and not Path(model).exists():
            known = ", ".join(embedded_models()) or "none"
            raise BundleNotFoundError(f"{model}: no model of this name and no file there; embedded models: {known}")
        return cls(read_bundle(model, providers=providers, threads=threads), limits)

    @property
    def metadata(self) -> BundleMetadata:
        """What the model says about itself."""
        return self._bundle.metadata

    @property
    def bundle(self) -> Bundle:
        """The model file behind this classifier."""
        return self._bundle

    def predict(self, photo: PhotoSource, *, name: str | None = None) -> Prediction:
        """Predict one photo.

        Args:
            photo: Path, bytes of the file, PIL image, or uint8 array [height, width, 3].
            name: What the prediction and messages call it; the path where left out.

        Raises:
            PhotoError: If the photo cannot be used.
        """
        return self._predict(photo, name, single_thread=False)

    def explain(
        self, photo: PhotoSource, *, country: str | None = None, against: str | None = None, name: str | None = None
    ) -> Evidence:
        """Predict one photo and give the evidence: heat maps over it, and countries that look alike.

        Args:
            photo: As for `predict`.
            country: Code of the country to explain; what the model answers where left out.
            against: Code of the country to hold it against; the runner-up where left out, or the first country where
                another one is explained.
            name: What the prediction and messages call it; the path where left out.

        Raises:
            PhotoError: If the photo cannot be used.
            CountryError: If a country is unknown, to all or to the model, or both are the same.
            BundleFormatError: If this model gives no heat maps.
        """
        from triovision.evidence import make_evidence  # noqa: PLC0415 - predictions need none of it

        read, output, probabilities = self._run(photo, name, single_thread=False, feature_map=True)
        prediction = self._make_prediction(_label(photo, name, read), read, output, probabilities)
        photo_size = (read.metadata.width_px, read.metadata.height_px)
        return make_evidence(self._bundle, output, prediction, photo_size, country=country, against=against)

    def predict_many(
        self, photos: Iterable[PhotoSource], *, workers: int | None = None
    ) -> Iterator[Prediction | PhotoError]:
        """Predict many photos, in order, in constant memory; decoding overlaps inference.

        Args:
            photos: As for `predict`; an iterator is drawn from only as far as needed.
            workers: Threads; None takes the cores of this process and one more, which works while another waits.

        Yields:
            Per photo its prediction, or the error that kept it from one.

        Raises:
            ValueError: If workers is less than one.
        """
        count = available_cpus() + 1 if workers is None else workers
        if count < 1:
            raise ValueError(f"workers is {count}; at least one is needed")
        self._bundle.open_single_thread_session()
        return self._predict_in_order(iter(photos), count)

    def _predict_in_order(self, photos: Iterator[PhotoSource], workers: int) -> Iterator[Prediction | PhotoError]:
        waiting: deque[Future[Prediction | PhotoError]] = deque()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="triovision")
        try:
            for photo in islice(photos, workers * _IN_FLIGHT_PER_WORKER):
                waiting.append(pool.submit(self._predict_or_error, photo))
            while waiting:
                yield waiting.popleft().result()
                for photo in islice(photos, 1):
                    waiting.append(pool.submit(self._predict_or_error, photo))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _predict_or_error(self, photo: PhotoSource) -> Prediction | PhotoError:
        try:
            return self._predict(photo, None, single_thread=True)
        except PhotoError as error:
            # Traceback and context would keep the photo's bytes alive for as long as the caller keeps the error.
            error.__context__ = None
            return error.with_traceback(None)

    def _predict(self, source: PhotoSource, name: str | None, *, single_thread: bool) -> Prediction:
        photo, output, probabilities = self._run(source, name, single_thread=single_thread)
        return self._make_prediction(_label(source, name, photo), photo, output, probabilities)

    def _run(
        self, source: PhotoSource, name: str | None, *, single_thread: bool, feature_map: bool = False
    ) -> tuple[Photo, ModelOutput, NDArray[np.float64]]:
        def look(short_side_px: int | None) -> tuple[Photo, ModelOutput, NDArray[np.float64]]:
            photo = read_photo(source, short_side_px=short_side_px, limits=self._limits, name=name)
            full_size = (photo.metadata.width_px, photo.metadata.height_px)
            tensor = preprocess(photo.image, self.metadata.preprocessing, full_size=full_size, scale=photo.scale)
            output = self._bundle.run(tensor[None], single_thread=single_thread, feature_map=feature_map)
            return photo, output, make_probabilities(output.logits, self.metadata)[0]

        seen = photo, _, probabilities = look(self.metadata.preprocessing.decode_short_side_px)
        if photo.scale < 1 and _is_tie(probabilities) and _pixel_count(photo) <= _MAX_WHOLE_PIXELS:
            return look(None)
        return seen

    def _make_prediction(
        self, name: str, photo: Photo, output: ModelOutput, probabilities: NDArray[np.float64]
    ) -> Prediction:
        is_place = bool(looks_like_a_place(output.embedding, self.metadata)[0])
        probabilities.flags.writeable = False
        return Prediction(
            photo=name,
            country_codes=self.metadata.country_codes,
            probabilities=probabilities,
            model=self.metadata.name,
            decided=self._rule.answer(probabilities, is_place=is_place),
            embedding=output.embedding[0],
            warnings=photo.warnings,
        )


def _is_tie(probabilities: NDArray[np.float64]) -> bool:
    ranked = np.sort(probabilities)
    return bool(len(ranked) > 1 and ranked[-1] - ranked[-2] < _TIE)


def _pixel_count(photo: Photo) -> int:
    return photo.metadata.width_px * photo.metadata.height_px


def _label(source: PhotoSource, name: str | None, photo: Photo) -> str:
    # A path is given back as it came, so that the caller finds the file again; `photo.name` is made for reading.
    return name or (str(source) if isinstance(source, str | Path) else photo.name)

"""Photos of every kind of answer, looked at by the tiny model."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from PIL import Image

from triovision import CountryClassifier
from triovision.app.analysis import Upload, analyse
from triovision.app.language import Words
from triovision.prediction import Answer


@pytest.fixture(autouse=True)
def _main_module():
    # Streamlit's AppTest puts its script in the place of the main module and leaves it there, and every process that is
    # spawned later would run it.
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def classifier(tiny_bundle):
    return CountryClassifier.load(tiny_bundle)


@pytest.fixture(scope="session")
def photo(classifier, jpeg_bytes):
    return analyse(classifier, Upload("holiday.jpg", jpeg_bytes))


@pytest.fixture
def answered(photo):
    """The photo with another answer."""

    def make(level, place, confidence=0.7, gps=None, gps_country=None, **changes):
        answer = Answer(level, place, confidence, ("FR", "BE"), ("FR", "BE", "DE"), 0.9, **changes)
        metadata = replace(photo.metadata, latitude=gps[0], longitude=gps[1]) if gps else photo.metadata
        prediction = replace(photo.prediction, decided=answer)
        return replace(photo, prediction=prediction, metadata=metadata, gps_country=gps_country)

    return make


@pytest.fixture(params=["en", "fr"])
def words(request):
    return Words(request.param)


@pytest.fixture(scope="session")
def gps_jpeg():
    """A JPEG whose EXIF says Paris, and when."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)})
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 200)).save(buffer, "JPEG", exif=exif.tobytes())
    return buffer.getvalue()

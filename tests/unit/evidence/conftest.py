"""A classifier with random weights, and photos that differ in one known spot."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from triovision import CountryClassifier
from triovision.bundle import metadata_to_json
from triovision.preprocess import Preprocessing

ORIENTATION_TAG = 0x112


@pytest.fixture(scope="session")
def tiny(tiny_bundle):
    """A classifier of seven countries with a map of 4 x 4 cells that covers the whole photo."""
    return CountryClassifier.load(tiny_bundle)


@pytest.fixture
def load(tiny_graph, tiny_metadata, bundle_bytes):
    """Load a changed tiny bundle: `change` is given its graph, the rest are metadata fields."""

    def build(change=lambda _: None, classes=7, **metadata):
        graph = tiny_graph(classes=classes)
        change(graph)
        return CountryClassifier.load(bundle_bytes(graph, metadata_to_json(tiny_metadata(**metadata))))

    return build


@pytest.fixture
def cropping(load):
    """A factory of classifiers with another crop mode."""
    return lambda mode: load(preprocessing=Preprocessing(input_size=(32, 32), crop_pct=1.0, crop_mode=mode))


@pytest.fixture(scope="session")
def make_spot():
    """A black photo with a white rectangle (left, top, right, bottom), perhaps stored turned, as a PNG's bytes."""

    def make(size, spot, orientation=1):
        image = np.zeros((size[1], size[0], 3), np.uint8)
        image[spot[1] : spot[3], spot[0] : spot[2]] = 255
        stored = Image.fromarray(image)
        if orientation == 6:
            # A viewer turns orientation 6 by 90 degrees clockwise, so it is stored turned the other way.
            stored = stored.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[ORIENTATION_TAG] = orientation
        content = io.BytesIO()
        stored.save(content, "PNG", exif=exif)
        return content.getvalue()

    return make

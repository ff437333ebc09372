import dataclasses

import numpy as np
import pytest
from PIL import Image

from triovision.evidence import SimilarCountry, draw_evidence
from triovision.photo import read_photo


@pytest.fixture(scope="module")
def evidence(tiny, jpeg_bytes):
    return tiny.explain(jpeg_bytes, country="FR", against="JP")


def image_of(width, height):
    random = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(random).resize((width, height), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    ("size", "stacked"),
    [((640, 480), False), ((480, 640), False), ((900, 300), True), ((60, 6000), False), ((9, 9), False)],
)
def test_both_maps_stand_beside_or_above_each_other(tiny, size, stacked):
    image = image_of(*size)
    picture = draw_evidence(image, tiny.explain(image))
    assert picture.mode == "RGB"
    panel = max(480, min(1280, size[0]))
    assert (picture.width < 2 * panel) == stacked
    assert picture.width >= 480
    assert max(picture.size) < 3000


def test_the_picture_shows_photo_map_and_words(evidence, jpeg_bytes):
    image = read_photo(jpeg_bytes).image
    plain, mapped = (np.asarray(draw_evidence(image, evidence, opacity=opacity)) for opacity in (0, 1))
    assert plain.shape == mapped.shape
    changed = (plain != mapped).any(axis=2)
    # Both photos change, the words do not: the upper rows hold the captions, dark on light.
    assert changed.mean() > 0.4
    assert not changed[:20].any()
    assert (mapped[:60].max(axis=2) < 80).any()


def test_names_that_the_font_cannot_write_are_english(evidence, jpeg_bytes):
    image = read_photo(jpeg_bytes).image
    english, french, japanese, greek = (
        np.asarray(draw_evidence(image, evidence, language)) for language in ("en", "fr", "ja", "el")
    )
    # Captions, legends and footnotes all fall back to English words and names where letters are missing.
    np.testing.assert_array_equal(japanese, english)
    assert (french[:60] != english[:60]).any()
    assert (greek[:60] != english[:60]).any()


def test_a_long_footnote_is_broken_into_lines(evidence, jpeg_bytes):
    image = read_photo(jpeg_bytes).image
    long_names = tuple(SimilarCountry(code, 0.5) for code in ("VC", "CD", "GS", "CF", "BA"))
    short, long = (
        draw_evidence(image, dataclasses.replace(evidence, similar=similar), "fr")
        for similar in (evidence.similar[:1], long_names)
    )
    assert long.height > short.height
    assert long.width == short.width


def test_nothing_to_note(evidence, jpeg_bytes):
    image = read_photo(jpeg_bytes).image
    bare = dataclasses.replace(evidence, similar=())
    assert draw_evidence(image, bare).height < draw_evidence(image, evidence).height


def test_a_photo_of_any_scale_gives_the_same_picture_size(evidence):
    assert draw_evidence(image_of(2000, 1500), evidence).size == draw_evidence(image_of(3000, 2250), evidence).size

from __future__ import annotations

import importlib
import os
import random
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageFile

from triovision.errors import PhotoError
from triovision.photo import Photo, PhotoLimits, PhotoMetadata, read_metadata, read_photo

LIMITS = PhotoLimits(max_pixels=4_000_000)
STARTS = (
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"BM",
    b"II*\x00\x08\x00\x00\x00",
    b"MM\x00+\x00\x08\x00\x00",
    b"RIFF\xff\x00\x00\x00WEBPVP8X",
    b"RIFF\xff\x00\x00\x00WEBPVP8L",
    b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1",
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1",
)


def attempt(read, data, **options):
    """What came out, a result or a PhotoError; anything else goes through."""
    try:
        return read(data, limits=LIMITS, **options)
    except PhotoError as error:
        return error


def check_all_ways(data):
    for options in ({}, {"short_side_px": 16}):
        photo = attempt(read_photo, data, **options)
        if isinstance(photo, Photo):
            assert photo.image.dtype == np.uint8
            assert photo.image.shape[2] == 3
            assert photo.image.size
        else:
            assert str(photo).isprintable()
    assert isinstance(attempt(read_metadata, data), PhotoMetadata | PhotoError)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
def test_any_bytes_give_a_photo_or_a_photo_error(start, rest):
    check_all_ways(start + rest)


@pytest.fixture
def fuzzer(monkeypatch, tools):
    monkeypatch.syspath_prepend(tools.ROOT / "benchmarks")
    return importlib.import_module("photo_mutations")


def test_mutated_photos(fuzzer):
    rng = random.Random(11)  # noqa: S311 - repeatable on purpose
    seeds = fuzzer.make_seeds()
    names = sorted(seeds)
    # Recorded, not raised: a raised warning would pass for one more broken photo.
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        for i in range(600):
            check_all_ways(fuzzer.mutate(seeds[names[i % len(names)]], seeds[rng.choice(names)], rng))
    assert not leaked


def test_seeds_are_whole(fuzzer):
    for data in fuzzer.make_seeds().values():
        assert read_photo(data).warnings == ()


def test_tiff_tags_that_pillow_would_warn_of(tools, scene):
    data = bytearray(tools.encode(scene, "TIFF"))
    # SamplesPerPixel, one short: now nine of them.
    entry = data.index(b"\x15\x01\x03\x00\x01\x00\x00\x00")
    data[entry + 4] = 9
    with pytest.raises(PhotoError, match="too many values"):
        read_photo(bytes(data))


def test_threads_do_not_disturb_each_other(scene, texture, tools):
    kinds = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP")
    photos = [tools.encode(scene, kind) for kind in kinds]
    photos.append(tools.encode(texture, "JPEG", exif=tools.make_exif(6)))
    photos.append(tools.encode(texture, "JPEG")[:20_000])
    alone = [read_photo(data).image for data in photos]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(read_photo, photos * 8))
    for i, photo in enumerate(together):
        assert (photo.image == alone[i % len(photos)]).all()


def test_globals_of_pillow_stay_as_they_are(texture, tools):
    before = ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)
    read_photo(tools.encode(texture, "JPEG")[:20_000])
    assert (ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters)) == before


def test_no_file_stays_open(tmp_path, scene, tools):
    path = tmp_path / "a.png"
    path.write_bytes(tools.encode(scene, "PNG"))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - Path.iterdir would open it while counting
    for _ in range(5):
        read_photo(path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208

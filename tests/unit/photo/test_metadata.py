from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image, TiffImagePlugin

from triovision.photo import PhotoMetadata, read_metadata, read_photo
from triovision.photo.exif import Exif, parse_exif

NAN = float("nan")


def tiff(entries, order="<"):
    """A TIFF structure of one table; entries are (tag, type, count, four bytes)."""
    mark = b"II" if order == "<" else b"MM"
    table = b"".join(struct.pack(order + "HHI", tag, kind, count) + raw for tag, kind, count, raw in entries)
    return mark + struct.pack(order + "HIH", 42, 8, len(entries)) + table + bytes(4)


def with_gps(*, latitude=(48, 1, 51, 1, 30, 1), longitude=(2, 1, 17, 1, 40, 1), kind=5, refs=(b"N", b"E"), extra=()):
    """EXIF whose GPS table holds exactly these fractions."""
    start = 8 + 2 + 12 + 4
    count = 4 + len(extra)
    values = start + 2 + 12 * count + 4
    sign = "i" if kind == 10 else "I"
    blobs = [struct.pack(f"<{len(value)}{sign}", *value) for value in (latitude, longitude)]
    offsets = [values, values + len(blobs[0])]
    entries = [
        (1, 2, 2, refs[0].ljust(4, b"\x00")),
        (2, kind, len(latitude) // 2, struct.pack("<I", offsets[0])),
        (3, 2, 2, refs[1].ljust(4, b"\x00")),
        (4, kind, len(longitude) // 2, struct.pack("<I", offsets[1])),
        *extra,
    ]
    table = b"".join(struct.pack("<HHI", tag, k, n) + raw for tag, k, n, raw in entries)
    main = tiff([(0x8825, 4, 1, struct.pack("<I", start))])
    return main + struct.pack("<H", count) + table + bytes(4) + b"".join(blobs)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "MPO"])
def test_reads_place_time_and_camera(kind, scene, tools):
    exif = tools.make_exif(tag_0x9003="2024:05:06 07:08:09", tag_0x9011="-03:30")
    found = read_metadata(tools.encode(scene, kind, exif=exif))
    assert found.latitude == pytest.approx(48.85822, abs=1e-5)
    assert found.longitude == pytest.approx(2.29450, abs=1e-5)
    assert found.altitude_m == 35.5
    assert found.taken_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(-timedelta(hours=3, minutes=30)))
    assert found.camera == "Apple iPhone 12"


def test_place_in_tiff(scene, tools):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[34853] = {1: "S", 2: (10.0, 30.0, 0.0), 3: "W", 4: (20.0, 15.0, 0.0)}
    found = read_metadata(tools.encode(scene, "TIFF", tiffinfo=tags))
    assert (found.latitude, found.longitude) == (-10.5, -20.25)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP"])
def test_photo_without_exif(kind, scene, tools):
    found = read_metadata(tools.encode(scene, kind))
    assert found == PhotoMetadata(format=kind, width_px=90, height_px=60)


def test_exif_as_fractions():
    found = parse_exif(with_gps())
    assert found.latitude == pytest.approx(48 + 51 / 60 + 30 / 3600)
    assert found.longitude == pytest.approx(2 + 17 / 60 + 40 / 3600)


def test_degrees_alone_are_enough():
    assert parse_exif(with_gps(latitude=(97, 2), longitude=(3, 2))).latitude == 48.5


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": (48, 0, 51, 1, 30, 1)},
        {"latitude": (0, 0, 0, 0, 0, 0)},
        {"latitude": (91, 1, 0, 1, 0, 1)},
        {"longitude": (181, 1, 0, 1, 0, 1)},
        {"latitude": (-48, 1, 0, 1, 0, 1), "kind": 10},
        {"latitude": (0, 1, 0, 1, 0, 1), "longitude": (0, 1, 0, 1, 0, 1)},
        {"refs": (b"", b"E")},
        {"refs": (b"N", b"X")},
        {"refs": (b"\xff", b"E")},
        {"kind": 2},
        {"kind": 99},
        {"latitude": (48, 1) * 100},
    ],
)
def test_senseless_place_is_none(change):
    found = parse_exif(with_gps(**change))
    assert (found.latitude, found.longitude) == (None, None)


def test_equator_is_a_place():
    found = parse_exif(with_gps(latitude=(0, 1, 0, 1, 0, 1)))
    assert found.latitude == 0
    assert found.longitude is not None


def test_south_and_west_are_negative():
    found = parse_exif(with_gps(refs=(b"s", b"w")))
    assert found.latitude is not None
    assert found.latitude < 0
    assert found.longitude is not None
    assert found.longitude < 0


@pytest.mark.parametrize(
    ("reference", "metres", "expected"),
    [(b"\x00", 12.5, 12.5), (b"\x01", 12.5, -12.5), (b"\x00", NAN, None), (b"\x00", 1e9, None)],
)
def test_altitude(reference, metres, expected):
    (bits,) = struct.unpack("<I", struct.pack("<f", metres))
    extra = [(5, 1, 1, reference + bytes(3)), (6, 11, 1, struct.pack("<I", bits))]
    assert parse_exif(with_gps(extra=extra)).altitude_m == expected


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"tag_0x9003": "2024:05:06 07:08:09"}, datetime(2024, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ({"tag_0x9004": "2024:05:06 07:08:09"}, datetime(2024, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ({"tag_0x9003": "0000:00:00 00:00:00", "tag_0x9004": "2024-05-06 07:08:09"}, datetime(2024, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ({"tag_0x9003": "2024:05:06 07:08:09", "tag_0x9011": "+99:00"}, datetime(2024, 5, 6, 7, 8, 9)),  # noqa: DTZ001
        ({"tag_0x9003": "2024:13:40 25:61:61"}, None),
        ({"tag_0x9003": "    :  :     :  :  "}, None),
        ({"tag_0x9003": "yesterday"}, None),
        ({"tag_0x9003": 7}, None),
        ({}, None),
    ],
)
def test_taken_at(detail, expected, scene, tools):
    assert read_metadata(tools.encode(scene, "PNG", exif=tools.make_exif(**detail))).taken_at == expected


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("SONY", "", "SONY"),
        ("", "Pixel 8", "Pixel 8"),
        ("", "", None),
        ("A\nB\x1b", "x", "A B x"),
        ("Long", "x" * 500, "Long " + "x" * 95),
    ],
)
def test_camera(make, model, expected, scene, tools):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    assert read_metadata(tools.encode(scene, "PNG", exif=exif.tobytes())).camera == expected


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"I",
        b"rubbish that is long enough",
        b"II*\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"II+\x00\x08\x00\x00\x00",
        b"II+\x00\x08\x00\x00\x00" + b"\xff" * 8,
        b"II*\x00\x08\x00\x00\x00\xff\xff",
        tiff([(0x8769, 2, 4, b"abc\x00"), (0x8825, 11, 1, b"\x00\x00\xc0\x7f")]),
        tiff([(0x8825, 4, 1, struct.pack("<I", 8))]),
        tiff([(0x010F, 2, 1000, struct.pack("<I", 8)), (0x0110, 2, 0, bytes(4))]),
        tiff([(0x0112, 11, 1, struct.pack("<f", NAN))]),
        tiff([(0x0112, 2, 2, b"6\x00\x00\x00")]),
    ],
)
def test_hostile_exif_gives_nothing(exif):
    assert parse_exif(exif) == Exif()
    assert parse_exif(b"Exif\x00\x00" + exif) == Exif()


def test_first_of_equal_tags_counts():
    twice = tiff([(0x0112, 3, 1, b"\x03\x00\x00\x00"), (0x0112, 3, 1, b"\x06\x00\x00\x00")])
    assert parse_exif(twice).orientation == 3


def test_big_endian_exif():
    assert parse_exif(tiff([(0x0112, 3, 1, b"\x00\x08\x00\x00")], ">")).orientation == 8


def test_hostile_exif_does_not_spoil_the_photo(scene, tools):
    photo = read_photo(tools.encode(scene, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff"))
    assert photo.metadata.latitude is None
    assert photo.image.shape == (60, 90, 3)

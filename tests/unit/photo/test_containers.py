from __future__ import annotations

import struct
import time

import pytest
import simplejpeg
from PIL import Image

from triovision.errors import PhotoError
from triovision.photo import containers, isobmff, jpeg, read_photo, tiff
from triovision.photo.exif import parse_exif


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def avif(iloc, *, version=2, item=1, kind=b"Exif"):
    """The boxes of an AVIF file around one item."""
    width = ">HHI" if version < 3 else ">IHI"
    infe = box(b"infe", bytes([version, 0, 0, 0]) + struct.pack(width[:3], item, 0) + kind + b"\x00")
    iinf = box(b"iinf", bytes(4) + struct.pack(">H", 1) + infe)
    return box(b"ftyp", b"avif") + box(b"meta", bytes(4) + iinf + box(b"iloc", iloc)) + b"\x00\x00\x00\x00TIFF-DATA"


def iloc(offset, length, *, version=0, item=1, method=0):
    sizes = struct.pack(">BxxxBB", version, 0x44, 0)
    ids = struct.pack(">HH" if version < 2 else ">II", 1, item)
    return sizes + ids + (struct.pack(">H", method) if version else b"") + struct.pack(">HHII", 0, 1, offset, length)


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("info_version", [2, 3])
def test_exif_of_avif(version, info_version):
    empty = avif(iloc(0, 0, version=version), version=info_version)
    data = avif(iloc(len(empty) - 13, 13, version=version), version=info_version)
    assert isobmff.find_exif(data) == b"TIFF-DATA"
    assert b"Exif" not in isobmff.hide_exif(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"ftyp", b"avif"),
        box(b"meta", bytes(4)),
        avif(iloc(0, 0)),
        avif(iloc(0, 0, item=2)),
        avif(iloc(10, 20, version=1, method=1)),
        avif(b""),
        avif(b"\x00\x00\x00\x00\x44\x00\x00\x05"),
        avif(iloc(0, 0), kind=b"mime"),
        box(b"meta", bytes(4) + box(b"iinf", bytes(6) + box(b"infe", b""))),
        struct.pack(">I4s", 4, b"meta") + bytes(20),
    ],
)
def test_no_exif_in_broken_avif(data):
    assert isobmff.find_exif(data) is None
    assert len(isobmff.hide_exif(data)) == len(data)


def test_exif_without_any_location():
    infe = box(b"infe", bytes([2, 0, 0, 0]) + struct.pack(">HH", 1, 0) + b"Exif\x00")
    data = box(b"meta", bytes(4) + box(b"iinf", bytes(4) + struct.pack(">H", 1) + infe))
    assert isobmff.find_exif(data) is None


def test_truncated_item_information():
    data = box(b"meta", bytes(4) + box(b"iinf", bytes(6) + struct.pack(">I4s", 8, b"infe")))
    assert isobmff.find_exif(data) is None
    assert isobmff.hide_exif(data) == data


def test_box_of_large_size_and_to_the_end():
    large = struct.pack(">I4sQ", 1, b"free", 20) + bytes(4)
    empty = avif(iloc(0, 0))
    data = large + avif(iloc(20 + len(empty) - 13, 13))
    assert isobmff.find_exif(data) == b"TIFF-DATA"
    assert isobmff.find_exif(struct.pack(">I4s", 0, b"meta") + bytes(8)) is None


@pytest.mark.parametrize(
    ("chunk", "size"),
    [
        (b"VP8X" + bytes(8) + b"\x09\x00\x00\x04\x00\x00", (10, 5)),
        (b"VP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 9 | 4 << 14), (10, 5)),
        (b"VP8 " + bytes(4) + bytes(6) + struct.pack("<HH", 10, 5), (10, 5)),
        (b"JUNK", (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_webp_size(chunk, size):
    assert containers.find_webp_size(b"RIFF\x00\x00\x00\x00WEBP" + chunk) == size


def test_jpeg_with_fill_bytes_and_stray_markers(scene, tools):
    data = tools.encode(scene, "JPEG")
    odd = data[:2] + b"\xff\xff\xff\x01\xff\xd0" + data[2:]
    assert containers.walk_jpeg(odd) == containers.walk_jpeg(data)


def test_jpeg_without_a_scan():
    assert containers.walk_jpeg(b"\xff\xd8\xff\xd9\x00\x00").width_px == 0
    assert containers.walk_jpeg(b"\xff\xd8\xff\xfe\x00\x02") == containers.Container()


def test_stripped_jpeg_keeps_adobes_marker_alone(scene, tools):
    data = tools.encode(scene.convert("CMYK"), "JPEG", exif=tools.make_exif(), comment=b"secret")
    stripped = containers.strip_jpeg(data)
    assert b"Adobe" in stripped
    assert b"Exif" not in stripped
    assert b"secret" not in stripped


def test_stripped_png_keeps_the_pixels_alone(scene, tools):
    stripped = containers.strip_png(tools.encode(scene, "PNG", exif=tools.make_exif()))
    assert b"eXIf" not in stripped
    assert stripped.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("data", [b"GIF89a", b"GIF89a" + bytes(7) + b"\x00\x21\xf9\x04" + bytes(20)])
def test_gif_without_an_image(data):
    assert containers.walk_gif(data).width_px == 0


def test_tiff_whose_tags_claim_the_same_bytes(scene, tools):
    table = b"".join(struct.pack("<HHII", tag, 1, 60, 8) for tag in (258, 273, 279, 320))
    data = b"II*\x00\x08\x00\x00\x00\x04\x00" + table + bytes(4) + bytes(20)
    with pytest.raises(ValueError, match="overlapping"):
        tiff.strip_tiff(data)


def test_jpeg_that_gives_two_sizes(scene, tools):
    data = tools.encode(scene, "JPEG")
    with pytest.raises(ValueError, match="two sizes"):
        jpeg.decode_jpeg(data, containers.Container(width_px=91, height_px=60), None)


def test_jpeg_whose_damage_only_pillow_survives(scene, tools, monkeypatch):
    def refuse(*_, **__):
        raise ValueError("Corrupt JPEG data: staged")

    monkeypatch.setattr(simplejpeg, "decode_jpeg", refuse)
    data = tools.encode(scene, "JPEG")
    image, warnings = jpeg.decode_jpeg(data, containers.walk_jpeg(data), 50)
    assert image.size == (90, 60)
    assert warnings == (jpeg.DAMAGED_WARNING,)


def test_stripped_gif_keeps_transparency_and_drops_comments(tools):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    data = tools.encode(image, "GIF", transparency=1, comment=b"secret")
    assert b"secret" not in containers.strip_gif(data)
    assert (read_photo(data).image == 255).all()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 8_000_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2_000_000,
        b"\x89PNG\r\n\x1a\n" + bytes(16_000_000),
        b"GIF89a" + bytes(8_000_000),
        b"GIF89a" + bytes(7) + b"!\xfe" + b"\x01\x01" * 4_000_000,
        b"GIF89a" + bytes(7) + (b"!\xfe" + b"\x01\x01" * 100 + b"\x00") * 4_000,
    ],
    ids=["fill bytes", "segments", "chunks", "noughts", "blocks", "comments"],
)
def test_headers_made_to_keep_us_busy(data):
    started = time.monotonic()
    with pytest.raises(PhotoError):
        read_photo(data)
    assert time.monotonic() - started < 5


def test_exif_whose_tags_all_share_one_big_text():
    size = 10_000_000
    tags = b"".join(struct.pack("<HHII", 0x010F + i, 2, size, 16) for i in range(4096))
    data = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 4096) + tags + b"A" * size
    started = time.monotonic()
    assert parse_exif(data).camera is not None
    assert time.monotonic() - started < 1


def test_more_boxes_than_any_photo_has():
    assert isobmff.find_exif(box(b"free", b"") * 5000 + avif(iloc(0, 0))) is None

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from triovision.photo import PHOTO_SUFFIXES, read_metadata, read_photo

LOSSY = {"JPEG": 3, "MPO": 3, "WEBP": 4, "AVIF": 4, "HEIF": 4, "GIF": 12}
KINDS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF", "MPO")


@pytest.mark.parametrize("kind", KINDS)
def test_reads_every_format(kind, scene, tools):
    photo = read_photo(tools.encode(scene, kind))
    assert photo.image.dtype == np.uint8
    assert photo.image.flags.c_contiguous
    assert photo.metadata.format == ("JPEG" if kind == "MPO" else kind)
    assert (photo.metadata.width_px, photo.metadata.height_px) == scene.size
    assert photo.warnings == ()
    assert tools.mean_difference(photo.image, scene) <= LOSSY.get(kind, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_needs_no_pixels(kind, scene, tools):
    data = tools.encode(scene, kind)
    assert read_metadata(data) == read_photo(data).metadata


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_reduces(kind, scene, tools):
    photo = read_photo(tools.encode(scene, kind), short_side_px=14)
    assert 14 <= min(photo.image.shape[:2]) <= 30
    assert photo.metadata.height_px == 60
    small = scene.resize(photo.image.shape[1::-1], Image.Resampling.BOX)
    assert tools.mean_difference(photo.image, small) < 12


def test_progressive_jpeg(scene, tools):
    photo = read_photo(tools.encode(scene, "JPEG", progressive=True))
    assert tools.mean_difference(photo.image, scene) < 3


def test_grey_jpeg(scene, tools):
    photo = read_photo(tools.encode(scene.convert("L"), "JPEG"))
    assert photo.image.shape == (60, 90, 3)
    assert tools.mean_difference(photo.image, scene.convert("L").convert("RGB")) < 3


def test_cmyk_jpeg_is_not_inverted(scene, tools):
    photo = read_photo(tools.encode(scene.convert("CMYK"), "JPEG"), short_side_px=30)
    small = scene.resize(photo.image.shape[1::-1], Image.Resampling.BOX)
    assert tools.mean_difference(photo.image, small) < 6


def test_jpeg_with_unusual_sampling_is_read_by_pillow(scene, tools):
    data = bytearray(tools.encode(scene, "JPEG", subsampling=0, exif=tools.make_exif(gps={})))
    frame = data.index(b"\xff\xc0")
    # Components of 1x1 become 3x1: no sampling that libjpeg-turbo's simple interface has a name for.
    data[frame + 11] = 0x31
    photo = read_photo(bytes(data), short_side_px=10)
    assert photo.metadata.width_px == 90
    assert 10 <= min(photo.image.shape[:2]) < 40


def test_truncated_jpeg_is_shown_with_a_warning(scene, tools):
    data = tools.encode(scene.resize((640, 480)), "JPEG", quality=95)
    photo = read_photo(data[: len(data) * 2 // 3])
    assert photo.warnings == ("truncated file: the lower part is grey",)
    assert (photo.image[-1] == 128).all()
    assert tools.mean_difference(photo.image[:200], scene.resize((640, 480)).crop((0, 0, 640, 200))) < 3


def test_damaged_jpeg_is_shown_with_a_warning(scene, tools):
    data = tools.encode(scene.resize((640, 480)), "JPEG", quality=95)
    middle = len(data) // 2
    photo = read_photo(data[:middle] + b"\xff\xd0\x00" * 20 + data[middle:])
    assert photo.warnings == ("damaged JPEG data: part of the photo may look wrong",)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(kind, tools):
    ramp = np.linspace(0, 65535, 90 * 60).astype(np.uint16).reshape(60, 90)
    photo = read_photo(tools.encode(Image.fromarray(ramp), kind))
    assert tools.mean_difference(photo.image[..., 0], ramp / 257) < 1
    assert photo.image[0, 0, 0] == 0
    assert photo.image[-1, -1, 0] == 255


def test_sixteen_bit_big_endian_image():
    ramp = np.array([[0, 257 * 100, 65535]], dtype=">u2")
    image = Image.frombytes("I;16B", (3, 1), ramp.tobytes())
    assert read_photo(image).image[0, :, 0].tolist() == [0, 100, 255]


def test_sixteen_bit_colour_png(tools):
    rows = b"".join(b"\x00" + struct.pack(">3H", 257 * 10, 257 * 128, 65535) * 4 for _ in range(2))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 4, 2, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert read_photo(data).image[1, 3].tolist() == [10, 128, 255]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_becomes_white(kind, tools):
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 4, 8))
    options = {"lossless": True} if kind == "WEBP" else {}
    photo = read_photo(tools.encode(image, kind, **options))
    assert photo.image[0, 0].tolist() == [0, 0, 255]
    assert photo.image[0, 7].tolist() == [255, 255, 255]


def test_palette_with_transparency_becomes_white(tools):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((0, 0), 0)
    photo = read_photo(tools.encode(image, "PNG", transparency=b"\x00\xff"))
    assert photo.image[0, 0].tolist() == [255, 255, 255]
    assert photo.image[3, 3].tolist() == [0, 255, 0]


def test_black_and_white_png(tools):
    image = Image.new("1", (4, 4), 1)
    assert (read_photo(tools.encode(image, "PNG")).image == 255).all()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_compressed_tiff(compression, scene, tools):
    photo = read_photo(tools.encode(scene, "TIFF", compression=compression))
    assert tools.mean_difference(photo.image, scene) < 3


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_scan_beyond_the_size_that_pillow_warns_of(compression, scene, tools, monkeypatch):
    data = tools.encode(scene, "TIFF", compression=compression)
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 100)
    assert read_photo(data).image.shape[:2] == scene.size[::-1]


def test_big_tiff(scene, tools):
    photo = read_photo(tools.encode(scene, "TIFF", big_tiff=True))
    assert tools.mean_difference(photo.image, scene) == 0


def test_cmyk_tiff(scene, tools):
    photo = read_photo(tools.encode(scene.convert("CMYK"), "TIFF"))
    assert tools.mean_difference(photo.image, scene) < 1


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "MPO"])
def test_first_of_several_images(kind, scene, tools):
    black = Image.new("RGB", scene.size)
    photo = read_photo(tools.encode(scene, kind, save_all=True, append_images=[black]))
    assert tools.mean_difference(photo.image, scene) < 12


def test_pillow_image_stays_as_it_was(scene):
    image = scene.convert("P")
    before = image.tobytes(), image.mode, dict(image.info)
    photo = read_photo(image, short_side_px=20)
    photo.image[:] = 0
    assert (image.tobytes(), image.mode, dict(image.info)) == before
    assert photo.metadata.format == "IMAGE"
    assert photo.name == "<image>"


def test_pillow_image_brings_its_orientation(scene, tools):
    with Image.open(io.BytesIO(tools.encode(scene, "JPEG", exif=tools.make_exif(6)))) as image:
        photo = read_photo(image)
    assert photo.image.shape == (90, 60, 3)
    assert photo.metadata.camera == "Apple iPhone 12"
    assert photo.metadata.format == "JPEG"


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
def test_array(shape):
    array = np.full(shape, 255, dtype=np.uint8)
    photo = read_photo(array)
    assert photo.image.shape == (5, 7, 3)
    assert (photo.image == 255).all()
    assert not np.shares_memory(photo.image, array)
    assert photo.metadata.format == "ARRAY"
    assert photo.name == "<array>"


def test_array_with_odd_strides():
    array = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)[::-1, ::2]
    assert (read_photo(array).image == array).all()


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_bytes_like(wrap, scene, tools):
    photo = read_photo(wrap(tools.encode(scene, "PNG")))
    assert photo.name == "<bytes>"
    assert photo.image.shape == (60, 90, 3)


def test_path_and_name(tmp_path, scene, tools):
    path = tmp_path / "a.jpg"
    path.write_bytes(tools.encode(scene, "JPEG"))
    assert read_photo(path).name == str(path)
    assert read_photo(str(path), name="holiday").name == "holiday"


def test_suffixes_are_lower_case_with_dot():
    assert {".jpg", ".heic", ".avif", ".tiff"} <= PHOTO_SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in PHOTO_SUFFIXES)


def test_short_side_must_be_positive(scene):
    with pytest.raises(ValueError, match="at least 1"):
        read_photo(scene, short_side_px=0)

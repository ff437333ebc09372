"""Seeds and mutations for fuzzing the photo reader: every format and variant, broken in every known way."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

_SIZE = (48, 36)
_BLOCK_BYTES = 64
_HEADER_BYTES = 96
_HUGE_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def make_seeds() -> dict[str, bytes]:
    """Small whole photos by name of their variant."""
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    scene = Image.fromarray(pixels).resize(_SIZE, Image.Resampling.BICUBIC)
    return {**_jpeg_seeds(scene), **_png_seeds(scene), **_tiff_seeds(scene), **_other_seeds(scene)}


def make_exif() -> bytes:
    """EXIF with orientation, camera, time and place, as a phone writes it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Make", "Model"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2), 5: b"\x00", 6: 35.5})
    exif.get_ifd(0x8769).update({0x9003: "2024:05:06 07:08:09", 0x9011: "+02:00"})
    return exif.tobytes()


def _save(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _jpeg_seeds(scene: Image.Image) -> dict[str, bytes]:
    exif, profile = make_exif(), _profile()
    return {
        "jpeg": _save(scene, "JPEG"),
        "jpeg-exif-icc": _save(scene, "JPEG", exif=exif, icc_profile=profile),
        "jpeg-exif": _save(scene, "JPEG", exif=exif, quality=30),
        "jpeg-progressive": _save(scene, "JPEG", progressive=True),
        "jpeg-grey": _save(scene.convert("L"), "JPEG"),
        "jpeg-cmyk": _save(scene.convert("CMYK"), "JPEG"),
        "mpo": _save(scene, "MPO", save_all=True, append_images=[scene]),
    }


def _png_seeds(scene: Image.Image) -> dict[str, bytes]:
    wide = Image.fromarray(np.asarray(scene.convert("L")).astype(np.uint16) * 257)
    return {
        "png": _save(scene, "PNG", exif=make_exif(), icc_profile=_profile()),
        "png-16-bit": _save(wide, "PNG"),
        "png-alpha": _save(scene.convert("RGBA"), "PNG"),
        "png-palette": _save(scene.convert("P"), "PNG", transparency=b"\x00\x80"),
        "png-animated": _save(scene, "PNG", save_all=True, append_images=[scene.rotate(180)]),
    }


def _tiff_seeds(scene: Image.Image) -> dict[str, bytes]:
    compressions = ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
    seeds = {f"tiff-{name}": _save(scene, "TIFF", compression=name) for name in compressions}
    wide = Image.fromarray(np.asarray(scene.convert("L")).astype(np.uint16) * 257)
    return {
        **seeds,
        "tiff": _save(scene, "TIFF"),
        "tiff-16-bit": _save(wide, "TIFF"),
        "tiff-cmyk": _save(scene.convert("CMYK"), "TIFF"),
        "tiff-fax": _save(scene.convert("1"), "TIFF", compression="group4"),
    }


def _other_seeds(scene: Image.Image) -> dict[str, bytes]:
    heif = io.BytesIO()
    pillow_heif.from_pillow(scene).save(heif, exif=make_exif(), quality=50)
    return {
        "webp": _save(scene, "WEBP", exif=make_exif()),
        "webp-lossless": _save(scene.convert("RGBA"), "WEBP", lossless=True),
        "webp-animated": _save(scene, "WEBP", save_all=True, append_images=[scene.rotate(180)]),
        "avif": _save(scene, "AVIF", exif=make_exif()),
        "heif": heif.getvalue(),
        "bmp": _save(scene, "BMP"),
        "bmp-run-length": _run_length_bmp(),
        "gif": _save(scene, "GIF", save_all=True, append_images=[scene.rotate(180)]),
    }


def _run_length_bmp() -> bytes:
    """Eight by eight pixels in 8-bit run-length coding, which Pillow reads but does not write."""
    rows = b"".join(bytes([4, i, 4, 255 - i, 0, 0]) for i in range(8)) + b"\x00\x01"
    palette = b"".join(bytes([i, 255 - i, i // 2, 0]) for i in range(256))
    header = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 8, 1, len(rows), 2835, 2835, 256, 0)
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + header + palette + rows


def mutate(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """Break a photo in one to four ways.

    Args:
        data: The photo.
        other: Another photo, for splices.
        rng: Source of all chance, so that a seed repeats a run.
    """
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        data = rng.choice(_MUTATIONS)(data, other, rng)
    # Else most broken PNGs would never get past the first checksum.
    return _mend_checksums(data) if data.startswith(b"\x89PNG") and rng.random() < 0.7 else data


def _flip_bits(data: bytes, _: bytes, rng: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.choice((1, 3, 30)) if broken else 0):
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def _truncate(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _duplicate_block(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 1, 50)) + data[end:]


def _delete_block(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randint(1, _BLOCK_BYTES))


def _edit_header(data: bytes, _: bytes, rng: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.randint(1, 3) if broken else 0):
        broken[rng.randrange(min(len(broken), _HEADER_BYTES))] = rng.randrange(256)
    return bytes(broken)


def _blow_up_number(data: bytes, _: bytes, rng: random.Random) -> bytes:
    """A length, an offset or a count becomes enormous, or nought."""
    letter = rng.choice("HIH") if rng.random() < 0.8 else "Q"
    size = struct.calcsize(letter)
    reach = len(data) if rng.random() < 0.5 else min(len(data), 4 * _HEADER_BYTES)
    position = rng.randrange(max(1, reach - size))
    number = rng.choice(_HUGE_NUMBERS) & ((1 << 8 * size) - 1)
    return data[:position] + struct.pack(rng.choice("<>") + letter, number) + data[position + size :]


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _insert_noise(data: bytes, _: bytes, rng: random.Random) -> bytes:
    position = rng.randrange(len(data) + 1)
    return data[:position] + rng.randbytes(rng.randint(1, _BLOCK_BYTES)) + data[position:]


_MUTATIONS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip_bits,
    _truncate,
    _duplicate_block,
    _delete_block,
    _edit_header,
    _blow_up_number,
    _splice,
    _insert_noise,
)


def _mend_checksums(data: bytes) -> bytes:
    mended = bytearray(data)
    position = 8
    while position + 12 <= len(mended):
        (length,) = struct.unpack_from(">I", mended, position)
        end = position + 8 + length
        if end + 4 > len(mended):
            break
        struct.pack_into(">I", mended, end, zlib.crc32(mended[position + 4 : end]))
        position = end + 4
    return bytes(mended)

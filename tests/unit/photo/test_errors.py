from __future__ import annotations

import os
import pickle
import socket
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from triovision import errors
from triovision.photo import PhotoLimits, read, read_metadata, read_photo, source

READERS = (read_photo, read_metadata)


def fails(given, error, match, reader=read_photo, **options):
    with pytest.raises(error, match=match) as caught:
        reader(given, **options)
    message = str(caught.value)
    assert message.isprintable()
    assert caught.value.mend
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args  # noqa: S301
    return message


@pytest.mark.parametrize("reader", READERS)
def test_missing_file(reader, tmp_path):
    fails(tmp_path / "none.jpg", errors.PhotoNotFoundError, "no such file", reader)


def test_path_through_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    fails(tmp_path / "file" / "none.jpg", errors.PhotoNotFoundError, "no such file")


def test_empty_path():
    assert fails("", errors.PhotoNotFoundError, "no such file").startswith("''")


def test_folder(tmp_path):
    fails(tmp_path, errors.PhotoAccessError, "is a folder")


@pytest.mark.parametrize("reader", READERS)
def test_pipe_does_not_hang(reader, tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    fails(tmp_path / "pipe.jpg", errors.PhotoAccessError, "is a pipe", reader)


def test_device():
    fails("/dev/zero", errors.PhotoAccessError, "is a device")


def test_socket(tmp_path, monkeypatch):
    # A socket's path may only be short, so it is bound by its relative name.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        fails("s", errors.PhotoAccessError, "is a socket")


def test_path_swapped_for_a_pipe_after_the_first_look(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.jpg")
    regular = Path(__file__).stat()
    monkeypatch.setattr(source.os, "stat", lambda _: regular)
    fails(tmp_path / "pipe.jpg", errors.PhotoAccessError, "is a pipe")


@pytest.mark.parametrize("reason", [PermissionError(13, "Permission denied"), PermissionError(1, "Not permitted")])
def test_no_permission(reason, tmp_path, monkeypatch):
    # Root may read anything, so the refusal is staged.
    (tmp_path / "a.jpg").write_bytes(b"x")

    def refuse(*_):
        raise reason

    monkeypatch.setattr(source.os, "open", refuse)
    fails(tmp_path / "a.jpg", errors.PhotoAccessError, "may not be read")


def test_broken_disk(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").write_bytes(b"x")

    def refuse(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(source.os, "open", refuse)
    fails(tmp_path / "a.jpg", errors.PhotoAccessError, "Input/output error")


def test_name_too_long(tmp_path):
    fails(tmp_path / ("x" * 5000), errors.PhotoAccessError, "too long")


@pytest.mark.parametrize("path", ["a\x00b.jpg", "\ud800.jpg\ud800"])
def test_impossible_characters(path):
    fails(path, errors.PhotoAccessError, "NUL or unencodable")


def test_links_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    fails(tmp_path / "a", errors.PhotoAccessError, "circle")


def test_name_stays_on_one_line(tmp_path):
    message = fails(tmp_path / "a\nb\x1b[31m\u2028.jpg", errors.PhotoNotFoundError, "no such file")
    assert r"a\nb\x1b[31m\u2028.jpg" in message


def test_empty_file(tmp_path):
    (tmp_path / "a.jpg").touch()
    fails(tmp_path / "a.jpg", errors.PhotoEmptyError, "empty")


@pytest.mark.parametrize("nothing", [b"", bytearray(), np.zeros((0, 5, 3), np.uint8), Image.new("RGB", (0, 5))])
def test_nothing(nothing):
    fails(nothing, errors.PhotoEmptyError, "no bytes|no pixels|without pixels")


def test_too_many_bytes_on_disk_are_not_read(tmp_path, monkeypatch):
    (tmp_path / "a.jpg").write_bytes(bytes(1000))
    monkeypatch.setattr(source.os, "open", None)
    fails(tmp_path / "a.jpg", errors.PhotoTooLargeError, "999 bytes", limits=PhotoLimits(max_bytes=999))


@pytest.mark.parametrize("wrap", [bytes, bytearray])
def test_too_many_bytes_in_memory(wrap):
    fails(wrap(1000), errors.PhotoTooLargeError, "999 bytes", limits=PhotoLimits(max_bytes=999))


def test_growing_file(tmp_path, monkeypatch):
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(100))
    small = path.stat()
    path.write_bytes(bytes(200_000))
    monkeypatch.setattr(source.os, "fstat", lambda _: small)
    monkeypatch.setattr(source.os, "stat", lambda _: small)
    fails(path, errors.PhotoTooLargeError, "1,000 bytes", limits=PhotoLimits(max_bytes=1000))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"])
def test_too_many_pixels(kind, reader, scene, tools):
    limits = PhotoLimits(max_pixels=90 * 60 - 1)
    fails(tools.encode(scene, kind), errors.PhotoTooLargeError, "90 x 60 pixels", reader, limits=limits)


@pytest.mark.parametrize("given", [np.zeros((60, 90), np.uint8), Image.new("L", (90, 60))])
def test_too_many_pixels_in_memory(given):
    fails(given, errors.PhotoTooLargeError, "90 x 60 pixels", limits=PhotoLimits(max_pixels=5000))


def test_gif_whose_image_reaches_beyond_its_screen(scene, tools):
    data = bytearray(tools.encode(scene, "GIF"))
    image = data.index(b"\x2c\x00\x00\x00\x00")
    struct.pack_into("<HH", data, image + 5, 65535, 65535)
    fails(bytes(data), errors.PhotoTooLargeError, "65535 x 65535")


def test_run_length_bmp_has_a_lower_limit(tmp_path):
    header = struct.pack("<IiiHHIIiiII", 40, 4000, 4000, 1, 8, 1, 0, 0, 0, 0, 0)
    data = struct.pack("<2sIHHI", b"BM", 100, 0, 0, 54 + 1024) + header + bytes(2000)
    fails(data, errors.PhotoTooLargeError, "8,000,000")


def test_jpeg_that_promises_too_much(scene, tools):
    data = bytearray(tools.encode(scene, "JPEG"))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, 14_000, 14_000)
    fails(bytes(data), errors.PhotoCorruptError, "196,000,000 pixels promised")


def test_jpeg_with_endless_scans(scene, tools):
    data = bytearray(tools.encode(scene.resize((2000, 1500)), "JPEG", progressive=True))
    scan = data.rindex(b"\xff\xda")
    many = bytes(data) + bytes(data[scan:-2]) * 4000
    fails(many, errors.PhotoCorruptError, "scans")


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"<svg xmlns=''>", "an SVG"),
        (b"<?xml version='1.0'?><svg/>", "an SVG"),
        (b"<?xml version='1.0'?><plist/>", "an XML file"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "an HTML page"),
        (b'{"a": 1}', "a JSON file"),
        ("Grüße".encode(), "a text file"),
        (("x" * 511 + "ü").encode(), "a text file"),
        (b"caf\xe9 noir, not UTF-8", "no photo format"),
        (b"\x00\x01\x02", "no photo format"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "a RAW camera file"),
        (b"\x00\x00\x00\x18ftypcrx \x00", "a RAW camera file"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42", "a video"),
        (b"\x00\x00\x00\x08moov", "a video"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "a video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a sound file"),
        (b"RIFF\x00\x00\x00\x00ACON", "no photo format"),
        (b"8BPS\x00\x01", "a Photoshop file"),
        (b"%!PS-Adobe", "a PostScript file"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
    ],
)
def test_says_what_it_looks_like(data, looks_like, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(data)
    fails(tmp_path / "photo.jpg", errors.PhotoFormatError, f"looks like {looks_like}")


def test_raw_file_in_tiff_clothes():
    tags = struct.pack("<HHIHHHHIHH", 50706, 1, 4, 1, 4, 0, 0, 0, 0, 0)
    fails(b"II*\x00\x08\x00\x00\x00\x01\x00" + tags, errors.PhotoFormatError, "RAW camera file")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint16, np.bool_])
def test_array_of_the_wrong_type(dtype):
    fails(np.zeros((4, 4, 3), dtype), errors.PhotoFormatError, r"astype\(np.uint8\)")


@pytest.mark.parametrize("shape", [(4,), (4, 4, 2), (4, 4, 5), (1, 4, 4, 3)])
def test_array_of_the_wrong_shape(shape):
    fails(np.zeros(shape, np.uint8), errors.PhotoFormatError, "array of shape")


@pytest.mark.parametrize("given", [None, 7, ["a.jpg"], object()])
def test_no_photo_at_all(given):
    fails(given, errors.PhotoFormatError, "cannot read a photo from")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"])
def test_half_a_file_is_broken(kind, texture, tools):
    data = tools.encode(texture.resize((200, 150)), kind)
    fails(data[: len(data) // 2], errors.PhotoCorruptError, "cannot be decoded|no size")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"])
def test_start_of_a_file_is_broken(kind, scene, tools):
    fails(tools.encode(scene, kind)[:30], errors.PhotoCorruptError, "cannot be decoded|no size")


def test_jpeg_without_a_useful_part(scene, tools):
    data = tools.encode(scene.resize((640, 480)), "JPEG")
    fails(data[: data.index(b"\xff\xda") + 40], errors.PhotoCorruptError, "less than a tenth")


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (MemoryError(), errors.PhotoTooLargeError),
        (Image.DecompressionBombError("bomb"), errors.PhotoTooLargeError),
        (struct.error("short"), errors.PhotoCorruptError),
        (RecursionError(), errors.PhotoCorruptError),
        (SyntaxError("line\nbreak"), errors.PhotoCorruptError),
    ],
)
def test_whatever_a_decoder_raises(raised, error, scene, tools, monkeypatch):
    def broken(*_):
        raise raised

    monkeypatch.setattr(read, "open_photo", broken)
    fails(tools.encode(scene, "PNG"), error, "memory|pixels|cannot be decoded")


@pytest.mark.parametrize("limits", [{"max_bytes": 0}, {"max_pixels": 0}])
def test_limits_must_be_positive(limits):
    with pytest.raises(ValueError, match="at least 1"):
        PhotoLimits(**limits)

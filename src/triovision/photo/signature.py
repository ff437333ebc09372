"""Which format some bytes are: the ones we read, and a word for the ones we do not."""

from __future__ import annotations

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_IMAGES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
)
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"FUJIFILMCCD-RAW", "a RAW camera file"),
    (b"IIRO", "a RAW camera file"),
    (b"IIRS", "a RAW camera file"),
    (b"MMOR", "a RAW camera file"),
    (b"IIU\x00", "a RAW camera file"),
    (b"FOVb", "a RAW camera file"),
    (b"\x00MRM", "a RAW camera file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"\x00\x00\x01\xb3", "a video"),
    (b"FLV\x01", "a video"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x00\x05\x16\x07", "a macOS sidecar file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"fLaC", "a sound file"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself"),
)
_TEXT_SAMPLE_BYTES = 512
_TEXT_CONTROL = frozenset(b"\t\n\r\f\x1b")


def detect_format(data: bytes) -> str | None:
    """Pillow's name of the format, or None for one that we do not read."""
    for start, name in _IMAGES:
        if data.startswith(start):
            return name
    if data.startswith(_TIFF_STARTS):
        # Canon's CR2 is a TIFF whose first picture is only a preview.
        return None if data[8:10] == b"CR" else "TIFF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return _detect_heif(data) if data[4:8] == b"ftyp" else None


def _detect_heif(data: bytes) -> str | None:
    length = min(max(int.from_bytes(data[:4], "big"), 16), 256)
    brands = [data[8:12], *(data[i : i + 4] for i in range(16, length, 4))]
    major = brands[0]
    # `mif1` says "some HEIF", so the compatible brands decide.
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and _AVIF_BRANDS.intersection(brands)):
        return "AVIF"
    return "HEIF" if _HEIF_BRANDS.intersection(brands) else None


def describe_unknown(data: bytes) -> str:
    """What bytes of no readable format look like, for a person: "a PDF", "an HTML page"."""
    for start, description in _OTHERS:
        if data.startswith(start):
            return description
    if data.startswith(_TIFF_STARTS):
        return "a RAW camera file"
    if data[4:8] == b"ftyp":
        return "a RAW camera file" if data[8:12] == b"crx " else "a video"
    if data[4:8] in {b"moov", b"mdat", b"wide"}:
        return "a video"
    if data[:4] == b"RIFF":
        return {b"AVI ": "a video", b"WAVE": "a sound file"}.get(data[8:12], "no photo format")
    return _describe_text(data)


def _describe_text(data: bytes) -> str:
    sample = data[:_TEXT_SAMPLE_BYTES]
    lower = sample.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in lower:
        return "an SVG drawing"
    if lower.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page"
    if lower.startswith(b"<?xml"):
        return "an XML file"
    if lower.startswith((b"{", b"[")) and _is_text(sample):
        return "a JSON file"
    return "a text file" if _is_text(sample) else "no photo format"


def _is_text(sample: bytes) -> bool:
    return all(byte >= ord(" ") or byte in _TEXT_CONTROL for byte in sample) and _is_utf8(sample)


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        # The sample may end inside a character.
        return error.start >= len(sample) - 3
    return True

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from triovision.errors import PhotoFormatError
from triovision.photo import read_photo
from triovision.photo.colour import PROFILE_WARNING

# Primaries adapted to D50, as Apple's Display P3 profile has them.
P3_RED, P3_GREEN, P3_BLUE = (0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def make_profile(*primaries):
    """sRGB's profile with other primaries."""
    profile = bytearray(SRGB)
    for name, primary in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        entry = profile.index(name, 128)
        (offset,) = struct.unpack_from(">I", profile, entry + 4)
        struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in primary))
    return bytes(profile)


P3 = make_profile(P3_RED, P3_GREEN, P3_BLUE)


def patch(colour, kind, tools, **options):
    return tools.encode(Image.new("RGB", (64, 48), colour), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_display_p3_becomes_srgb(kind, tools):
    options = {"lossless": True} if kind == "WEBP" else {}
    photo = read_photo(patch((200, 100, 50), kind, tools, icc_profile=P3, **options))
    # Source: CSS Color 4, color(display-p3 0.784 0.392 0.196) in sRGB.
    assert np.abs(photo.image[20, 20].astype(int) - [214, 95, 34]).max() <= 5
    assert photo.warnings == ()


def test_reduced_photo_is_converted_too(tools):
    photo = read_photo(patch((200, 100, 50), "JPEG", tools, icc_profile=P3), short_side_px=12)
    assert photo.image.shape == (12, 16, 3)
    assert np.abs(photo.image[5, 5].astype(int) - [214, 95, 34]).max() <= 5


def test_swapped_channels_are_put_right(tools):
    profile = make_profile(P3_GREEN, P3_RED, P3_BLUE)
    red, green, _ = read_photo(patch((230, 20, 20), "PNG", tools, icc_profile=profile)).image[0, 0]
    assert green > red


def test_srgb_profile_changes_nothing(scene, tools):
    plain = read_photo(tools.encode(scene, "PNG")).image
    assert (read_photo(tools.encode(scene, "PNG", icc_profile=SRGB)).image == plain).all()


def test_alpha_and_profile(tools):
    image = Image.new("RGBA", (8, 8), (200, 100, 50, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    photo = read_photo(tools.encode(image, "PNG", icc_profile=P3))
    assert photo.image[0, 0].tolist() == [255, 255, 255]
    assert np.abs(photo.image[5, 5].astype(int) - [214, 95, 34]).max() <= 3


def test_grey_photo_with_colour_profile(tools):
    photo = read_photo(tools.encode(Image.new("L", (8, 8), 90), "PNG", icc_profile=P3))
    assert np.abs(photo.image.astype(int) - 90).max() <= 2
    assert photo.warnings == ()


def test_grey_profile(tools):
    profile = bytearray(SRGB)
    profile[16:20] = b"GRAY"
    # A grey curve is the red curve by another name.
    profile = bytes(profile).replace(b"rTRC", b"kTRC", 1)
    photo = read_photo(tools.encode(Image.new("L", (8, 8), 90), "PNG", icc_profile=profile))
    assert np.abs(photo.image.astype(int) - 90).max() <= 2
    assert photo.warnings == ()


@pytest.mark.parametrize(
    "profile",
    [b"rubbish", SRGB[:100], SRGB[:300], SRGB[:16] + b"CMYK" + SRGB[20:], SRGB[:16] + b"HSV " + SRGB[20:]],
    ids=["rubbish", "header cut", "tags cut", "other colour space", "unknown colour space"],
)
def test_broken_profile_is_ignored_with_a_warning(profile, scene, tools):
    photo = read_photo(tools.encode(scene, "PNG", icc_profile=profile))
    assert photo.warnings == (PROFILE_WARNING,)
    assert (photo.image == np.asarray(scene)).all()


def test_profile_in_several_jpeg_segments(tools):
    padded = P3 + bytes(70_000)
    photo = read_photo(patch((200, 100, 50), "JPEG", tools, icc_profile=padded))
    assert np.abs(photo.image[20, 20].astype(int) - [214, 95, 34]).max() <= 5


def test_profile_bomb_is_ignored(tools):
    data = patch((200, 100, 50), "PNG", tools, icc_profile=P3 + bytes(50 * 2**20))
    assert len(data) < 2**20
    assert read_photo(data).warnings == (PROFILE_WARNING,)


@pytest.mark.parametrize("mode", ["I", "F", "LAB"])
def test_modes_without_a_fixed_white_are_refused(mode):
    with pytest.raises(PhotoFormatError, match="8 or 16 bits"):
        read_photo(Image.new(mode, (4, 4)))


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "LA", "La", "RGBa", "PA"])
def test_rare_modes(mode):
    assert read_photo(Image.new(mode, (4, 4))).image.shape == (4, 4, 3)

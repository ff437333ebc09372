"""Image -> tensor: one function for serving and for evaluation in training.

Source: timm 1.0.31, `timm.data.transforms_factory.transforms_imagenet_eval`, whose names and rounding this
module keeps. A golden test holds the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = [
    "CROP_MODES",
    "INTERPOLATIONS",
    "Preprocessing",
    "compute_view",
    "crop_pixels",
    "normalise_pixels",
    "preprocess",
]

CROP_MODES = ("center", "squash", "border")

INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
    "lanczos": Image.Resampling.LANCZOS,
}

_CHANNELS = 3
_MAX_SIDE_PX = 4096

# How much larger than the resize target the decoder's reduced image must be. Libjpeg keeps a block's lowest
# frequencies, which is a poorer filter than ours: half as many pixels again leave ours something to do.
# benchmarks/reduced_decode.py measures what it costs.
_DECODE_MARGIN = 1.5

# A strip thinner than this is cut to its middle before resizing: resizing a 1 x 10,000 px image to a short side
# of 224 px would otherwise ask for 1.5 GB.
_MAX_ASPECT_RATIO = 16

# Larger images are resized in bands of so many rows.
_BANDED_PIXELS = 2_000_000
_BAND_ROWS = 128


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How an image becomes a tensor, in timm's terms.

    Attributes:
        input_size: Height and width of the tensor, in pixels.
        interpolation: Resampling filter, one of `INTERPOLATIONS`.
        crop_pct: Share of the resized image that the crop keeps, in (0, 1].
        crop_mode: `center` keeps the aspect ratio and cuts the middle, `squash` distorts, `border` pads.
        mean: Per channel, in [0, 1] units.
        std: Per channel, in [0, 1] units.

    Raises:
        ValueError: If a value is unknown or out of range; the message begins with the field's name.
    """

    input_size: tuple[int, int] = (224, 224)
    interpolation: str = "bicubic"
    crop_pct: float = 0.875
    crop_mode: str = "center"
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        sides = list(self.input_size)
        if len(sides) != 2 or not all(1 <= side <= _MAX_SIDE_PX for side in sides):  # noqa: PLR2004 - height, width
            raise ValueError(f"input_size {self.input_size} is not (height, width) in 1..{_MAX_SIDE_PX}")
        if self.interpolation not in INTERPOLATIONS:
            raise ValueError(f"interpolation {self.interpolation!r} is none of {', '.join(INTERPOLATIONS)}")
        if not 0 < self.crop_pct <= 1:
            raise ValueError(f"crop_pct {self.crop_pct} is not in (0, 1]")
        if self.crop_mode not in CROP_MODES:
            raise ValueError(f"crop_mode {self.crop_mode!r} is none of {', '.join(CROP_MODES)}")
        if len(self.mean) != _CHANNELS or not all(math.isfinite(value) for value in self.mean):
            raise ValueError(f"mean {self.mean} is not three finite numbers")
        if len(self.std) != _CHANNELS or not all(math.isfinite(value) and value > 0 for value in self.std):
            raise ValueError(f"std {self.std} is not three positive numbers")

    @property
    def scale_size(self) -> tuple[int, int]:
        """Height and width that the image is resized towards before the crop, in pixels."""
        height, width = self.input_size
        return math.floor(height / self.crop_pct), math.floor(width / self.crop_pct)

    @property
    def decode_short_side_px(self) -> int:
        """Short side that a decoder must deliver at least, so that nothing is enlarged that need not be."""
        return math.ceil(max(self.scale_size) * _DECODE_MARGIN)


def preprocess(
    image: NDArray[np.uint8],
    preprocessing: Preprocessing,
    *,
    full_size: tuple[int, int] | None = None,
    scale: float = 1.0,
) -> NDArray[np.float32]:
    """Turn one image into the model's input.

    An image that was decoded at a reduced scale is looked at in the very places where the whole photo would have
    been: rounding its own, smaller sides would move the crop by up to a pixel.

    Args:
        image: RGB, uint8 [height, width, 3], of any size.
        preprocessing: The bundle's configuration.
        full_size: Width and height of the photo that the image was reduced from, in pixels; None if it was not.
        scale: Pixels of the image per pixel of that photo.

    Returns:
        float32 [3, input height, input width], normalised by mean and standard deviation.

    Raises:
        ValueError: If the image is not uint8 [height, width, 3] or has no pixels.
    """
    return normalise_pixels(crop_pixels(image, preprocessing, full_size=full_size, scale=scale), preprocessing)


def crop_pixels(
    image: NDArray[np.uint8],
    preprocessing: Preprocessing,
    *,
    full_size: tuple[int, int] | None = None,
    scale: float = 1.0,
) -> NDArray[np.uint8]:
    """The first half of `preprocess`: the pixels that the model looks at, uint8 [input height, input width, 3].

    Raises:
        ValueError: If the image is not uint8 [height, width, 3] or has no pixels.
    """
    if image.dtype != np.uint8 or image.ndim != _CHANNELS or image.shape[2] != _CHANNELS or 0 in image.shape:
        raise ValueError(f"image is {image.dtype} {list(image.shape)}, not uint8 [height, width, 3]")
    if full_size is None or scale == 1:
        return np.asarray(_resize_and_crop(image, preprocessing))
    return np.asarray(_resize_and_crop_reduced(image, preprocessing, full_size, scale))


def normalise_pixels(pixels: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.float32]:
    """The second half of `preprocess`: uint8 [height, width, 3] to float32 [3, height, width]."""
    tensor = np.empty((_CHANNELS, *pixels.shape[:2]), np.float32)
    for channel, (mean, std) in enumerate(zip(preprocessing.mean, preprocessing.std, strict=True)):
        # (x / 255 - mean) / std as one multiplication and one addition per pixel.
        np.multiply(pixels[:, :, channel], np.float32(1 / (255 * std)), out=tensor[channel])
        tensor[channel] -= np.float32(mean / std)
    return tensor


def compute_view(size: tuple[int, int], preprocessing: Preprocessing) -> tuple[float, float, float, float]:
    """Where the model's input lies in a photo: what `preprocess` does, backwards.

    Args:
        size: Width and height of the photo, in pixels.
        preprocessing: The bundle's configuration.

    Returns:
        Left, top, right and bottom in pixels of the photo; beyond its edges where the input is padded.
    """
    strip = _strip_box(size) if preprocessing.crop_mode == "center" else (0, 0, *size)
    strip_size = (strip[2] - strip[0], strip[3] - strip[1])
    resized = _resized_size(strip_size, preprocessing)
    view: list[float] = []
    for axis, side in enumerate(preprocessing.input_size[::-1]):
        first = round((max(side, resized[axis]) - side) / 2) - max(0, (side - resized[axis]) // 2)
        step = strip_size[axis] / resized[axis]
        view += [strip[axis] + first * step, strip[axis] + (first + side) * step]
    return view[0], view[2], view[1], view[3]


def _resize_and_crop(pixels: NDArray[np.uint8], preprocessing: Preprocessing) -> Image.Image:
    if preprocessing.crop_mode == "center":
        left, top, right, bottom = _strip_box((pixels.shape[1], pixels.shape[0]))
        pixels = pixels[top:bottom, left:right]
    size = _resized_size((pixels.shape[1], pixels.shape[0]), preprocessing)
    height, width = preprocessing.input_size
    resample = INTERPOLATIONS[preprocessing.interpolation]
    if preprocessing.crop_mode == "center" and size[0] > size[1]:
        # What the crop cuts off the sides need not be resized: a quarter of the work for a photo of 4:3. The filter
        # still looks beyond the box, so the pixels are the same but for the rounding of its weights. (Not so for the
        # upper and lower edge: there Pillow would filter down before across, which rounds differently.)
        left, scale = round((size[0] - width) / 2), pixels.shape[1] / size[0]
        box = (left * scale, 0, min((left + width) * scale, pixels.shape[1]), pixels.shape[0])
        image = _resize(pixels, (width, size[1]), resample, box)
    else:
        image = _resize(pixels, size, resample, (0, 0, pixels.shape[1], pixels.shape[0]))
    if image.width < width or image.height < height:
        return _pad(image, preprocessing)
    left, top = round((image.width - width) / 2), round((image.height - height) / 2)
    return image.crop((left, top, left + width, top + height))


def _resize_and_crop_reduced(
    pixels: NDArray[np.uint8], preprocessing: Preprocessing, full_size: tuple[int, int], scale: float
) -> Image.Image:
    resample = INTERPOLATIONS[preprocessing.interpolation]
    size = _resized_size(full_size, preprocessing)
    height, width = preprocessing.input_size
    most_x, most_y = pixels.shape[1], pixels.shape[0]
    if size[0] < width or size[1] < height:
        everything = (0, 0, min(full_size[0] * scale, most_x), min(full_size[1] * scale, most_y))
        return _pad(_resize(pixels, size, resample, everything), preprocessing)
    left, top = round((size[0] - width) / 2), round((size[1] - height) / 2)
    x_step, y_step = scale * full_size[0] / size[0], scale * full_size[1] / size[1]
    box = (
        min(left * x_step, most_x - 1),
        min(top * y_step, most_y - 1),
        min((left + width) * x_step, most_x),
        min((top + height) * y_step, most_y),
    )
    return _resize(pixels, (width, height), resample, box)


def _resize(
    pixels: NDArray[np.uint8], size: tuple[int, int], resample: Image.Resampling, box: tuple[float, float, float, float]
) -> Image.Image:
    """Pillow's resize of a box to (width, height), the very same pixels.

    Pillow filters across and then down, and rounds between the two. A large image goes across in bands of rows, so that
    no copy of it all in Pillow's four bytes per pixel is made: twice as fast, and 48 MB less for 12 megapixels.
    """
    height, width = pixels.shape[:2]
    if height * width < _BANDED_PIXELS:
        return Image.fromarray(pixels).resize(size, resample, box=box)
    narrow = np.empty((height, size[0], _CHANNELS), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        band = Image.fromarray(pixels[top : top + _BAND_ROWS])
        across = band.resize((size[0], band.height), resample, box=(box[0], 0, box[2], band.height))
        narrow[top : top + _BAND_ROWS] = np.asarray(across)
    return Image.fromarray(narrow).resize(size, resample, box=(0, box[1], size[0], box[3]))


def _strip_box(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The middle of a photo that is thinner than the thinnest strip that is resized whole."""
    width, height = size
    longest = _MAX_ASPECT_RATIO * min(width, height)
    left, top = max(0, (width - longest) // 2), max(0, (height - longest) // 2)
    return left, top, width - left, height - top


def _resized_size(size: tuple[int, int], preprocessing: Preprocessing) -> tuple[int, int]:
    """Width and height that timm's resize gives an image before its crop."""
    scale_height, scale_width = preprocessing.scale_size
    if preprocessing.crop_mode == "squash":
        return scale_width, scale_height
    width, height = size
    ratios = (height / scale_height, width / scale_width)
    if preprocessing.crop_mode == "border":
        return _divide(size, max(ratios))
    if scale_height == scale_width:
        # torchvision's Resize with one number: the long side is truncated, not rounded.
        short = min(width, height)
        return int(scale_width * width / short), int(scale_height * height / short)
    return _divide(size, min(ratios))


def _divide(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    return max(1, round(size[0] / ratio)), max(1, round(size[1] / ratio))


def _pad(image: Image.Image, preprocessing: Preprocessing) -> Image.Image:
    height, width = preprocessing.input_size
    red, green, blue = (round(255 * value) for value in preprocessing.mean)
    fill = (red, green, blue) if preprocessing.crop_mode == "border" else (0, 0, 0)
    padded = Image.new("RGB", (max(width, image.width), max(height, image.height)), fill)
    padded.paste(image, (max(0, (width - image.width) // 2), max(0, (height - image.height) // 2)))
    left, top = round((padded.width - width) / 2), round((padded.height - height) / 2)
    return padded.crop((left, top, left + width, top + height))

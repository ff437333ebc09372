"""What evidence is: maps over the photo, and countries that look alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from triovision.prediction import Prediction

__all__ = ["Box", "Evidence", "HeatMap", "SimilarCountry"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the whole upright photo; x grows to the right, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def inside(self, size: tuple[int, int]) -> Box:
        """The part of it that lies on a photo of this width and height."""
        return Box(max(0.0, self.left), max(0.0, self.top), min(size[0], self.right), min(size[1], self.bottom))

    def pixels(self, photo_size: tuple[int, int], image_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in whole pixels of an image of that photo at any scale; never empty."""
        ends: list[int] = []
        for axis, (low, high) in enumerate(((self.left, self.right), (self.top, self.bottom))):
            scale, side = image_size[axis] / photo_size[axis], image_size[axis]
            # The pixels whose middle lies in the box.
            first = min(max(0, math.ceil(low * scale - 0.5)), side - 1)
            ends += [first, max(first + 1, min(side, math.ceil(high * scale - 0.5)))]
        return ends[0], ends[2], ends[1], ends[3]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Where in a photo the model sees what speaks for one place and against another.

    Attributes:
        place: Country code or M49 region code that positive values speak for.
        against: Country code that negative values speak for; None for all countries but the place's.
        values: float32 [h, w], read-only, in nats of log odds. A value says what the log odds would gain, beyond
            `offset`, if the whole photo looked like this part of it; so their mean is what the photo gives.
        offset: Part of the log odds that no part of the photo accounts for.
        view: Where the map lies; beyond the photo's edges where the model's input is padded.
        photo_size: Width and height of the whole upright photo, in pixels.
    """

    place: str
    against: str | None
    values: NDArray[np.float32]
    offset: float
    view: Box
    photo_size: tuple[int, int]

    @property
    def peak(self) -> float:
        """Greatest absolute value."""
        return float(np.abs(self.values).max())

    def over_photo(self, width: int, height: int) -> NDArray[np.float32]:
        """The map, smoothed, over an image of the photo.

        Args:
            width: Of the image, in pixels; any scale of the photo.
            height: Of the image.

        Returns:
            float32 [height, width]; NaN where the model did not look.
        """
        result = np.full((height, width), np.nan, np.float32)
        left, top, right, bottom = self.view.inside(self.photo_size).pixels(self.photo_size, (width, height))
        rows, columns = self.values.shape
        x_step, y_step = self.photo_size[0] / width, self.photo_size[1] / height
        # The edges of those pixels, in cells of the map; a pixel at the border may reach half a pixel beyond it.
        box = (
            *_span(left * x_step, right * x_step, self.view.left, self.view.width, columns),
            *_span(top * y_step, bottom * y_step, self.view.top, self.view.height, rows),
        )
        smooth = Image.fromarray(self.values).resize(
            (right - left, bottom - top), Image.Resampling.BICUBIC, box=(box[0], box[2], box[1], box[3])
        )
        result[top:bottom, left:right] = np.asarray(smooth)
        return result


def _span(low: float, high: float, start: float, length: float, cells: int) -> tuple[float, float]:
    first, last = ((end - start) / length * cells for end in (low, high))
    first = min(max(0.0, first), cells - 1e-3)
    return first, max(first + 1e-3, min(float(cells), last))


@dataclass(frozen=True, slots=True)
class SimilarCountry:
    """A country whose training photos look like this one to the model; similarity is a cosine, -1 to 1."""

    country_code: str
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a person can check about one prediction.

    Attributes:
        prediction: The prediction.
        place: Country code or M49 region code that `place_map` is for.
        country: Country code that `contrast_map` is for.
        against: Country code that it is held against.
        place_map: The place against all other countries.
        contrast_map: The country against the other one.
        similar: Countries whose training photos look most like this photo, most similar first; empty where the
            bundle holds no centroids.
        photo_size: Width and height of the whole upright photo, in pixels.
    """

    prediction: Prediction
    place: str
    country: str
    against: str
    place_map: HeatMap
    contrast_map: HeatMap
    similar: tuple[SimilarCountry, ...]
    photo_size: tuple[int, int]

    @property
    def seen(self) -> Box:
        """The part of the photo that the model looked at."""
        return self.place_map.view.inside(self.photo_size)

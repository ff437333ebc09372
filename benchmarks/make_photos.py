"""Photos to measure with, made from the sample photo: sizes that phones and web pages have, with camera grain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parent.parent / "examples" / "summer-palace.jpg"
SIZES_PX = {"800x600": (800, 600), "12MP": (4000, 3000)}
# Grain that gives a 12-megapixel JPEG of quality 90 the 4 to 5 MB that a phone's has.
_GRAIN = 5.0


def make_photo(path: Path, size_px: tuple[int, int], seed: int) -> None:
    """Write one JPEG: a random crop of the sample, enlarged, with grain that differs per seed."""
    random = np.random.default_rng(seed)
    with Image.open(SAMPLE) as sample:
        width, height = size_px
        crop_width = int(sample.width * random.uniform(0.7, 1.0))
        crop_height = min(sample.height, int(crop_width * height / width))
        left = int(random.integers(0, sample.width - crop_width + 1))
        top = int(random.integers(0, sample.height - crop_height + 1))
        crop = sample.crop((left, top, left + crop_width, top + crop_height))
    pixels = np.asarray(crop.resize(size_px, Image.Resampling.BICUBIC), np.float32)
    pixels = pixels + random.normal(0, _GRAIN, pixels.shape).astype(np.float32)
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path, "JPEG", quality=90)


def make_photos(folder: Path, size: str, count: int) -> list[Path]:
    """Write `count` photos of a named size into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{size}-{index:03d}.jpg" for index in range(count)]
    for seed, path in enumerate(paths):
        make_photo(path, SIZES_PX[size], seed)
    return paths

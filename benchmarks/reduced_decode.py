"""How often does decoding at reduced scale change the answer's top country? At most 1 % is promised.

Run: `python benchmarks/reduced_decode.py [--photos FOLDER] [--count N]` (writes results/reduced_decode.json).

Each photo is made camera-sized (enlarged to several widths around the decoder's scale steps, grain added, JPEG), then
predicted twice by the embedded model: decoded in full, and decoded at reduced scale as `predict` does. Without
`--photos`, random crops of the sample photo stand in; give a folder of real photos for a figure that means something.
"""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path

import numpy as np
from PIL import Image

from machine import write_result
from make_photos import SAMPLE
from triovision import CountryClassifier
from triovision.decision import make_probabilities
from triovision.photo import PHOTO_SUFFIXES, read_photo
from triovision.preprocess import preprocess

SHORT_SIDES_PX = (480, 600, 768, 1080, 1536, 3000)
_GRAIN = 4.0
_PROMISED_SHARE = 0.01


def camera_sized(image: Image.Image, short_side_px: int, seed: int) -> bytes:
    """The image as a camera would have stored it: large, with grain."""
    factor = short_side_px / min(image.size)
    large = image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(seed).normal(0, _GRAIN, (*large.size[::-1], 1)).astype(np.float32)
    pixels = np.clip(np.asarray(large, np.float32) + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def load_images(folder: Path | None, count: int) -> list[Image.Image]:
    """Up to `count` images: of the folder's photos in a fixed random order, or crops of the sample."""
    chooser = random.Random(0)  # noqa: S311 - a choice that repeats
    if folder is None:
        with Image.open(SAMPLE) as sample:
            sample.load()
        corners = [(chooser.randrange(300), chooser.randrange(200)) for _ in range(count)]
        return [sample.crop((left, top, left + 320, top + 220)) for left, top in corners]
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)
    chooser.shuffle(paths)
    return [Image.fromarray(read_photo(path).image) for path in paths[:count]]


def main() -> None:
    """Compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--model", type=Path, help="A bundle other than the embedded one.")
    arguments = parser.parse_args()
    classifier = CountryClassifier.load(arguments.model) if arguments.model else CountryClassifier.load()
    metadata = classifier.metadata
    changed, shifts = 0, []
    images = load_images(arguments.photos, arguments.count)
    for index, image in enumerate(images):
        data = camera_sized(image, SHORT_SIDES_PX[index % len(SHORT_SIDES_PX)], index)
        full = preprocess(read_photo(data).image, metadata.preprocessing)
        logits = classifier.bundle.run(full[None]).logits
        expected = make_probabilities(logits, metadata)[0]
        reduced = classifier.predict(data).probabilities
        changed += int(expected.argmax() != reduced.argmax())
        shifts.append(float(np.abs(expected - reduced).max()))
    result = {
        "photos": len(images),
        "source": "folder" if arguments.photos else "crops of the sample photo",
        "top_country_changed": changed,
        "share": changed / len(images),
        "probability_shift_mean": float(np.mean(shifts)),
        "probability_shift_p99": float(np.quantile(shifts, 0.99)),
    }
    print(result)
    print(write_result("reduced_decode", result))
    if result["share"] > _PROMISED_SHARE:
        raise SystemExit(f"more than {_PROMISED_SHARE:.0%} of the photos changed their top country")


if __name__ == "__main__":
    main()

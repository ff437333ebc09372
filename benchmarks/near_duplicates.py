"""What the perceptual hash finds and what it mistakes, on a prepared data set of real photos.

Run: `python benchmarks/near_duplicates.py DATA`, a folder of `triovision data prepare`. Every fourth photo is changed
as copies on the web are (brought to 60 % of its size and compressed at quality 60; cut by 2 % on each side), and all
pairs of different photos are compared: nearly all of those that differ in few bits should be copies.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from machine import write_result
from triovision.data.shards import read_shard
from triovision.data.stream.similar import compute_similarity_hash

THRESHOLDS = (2, 4, 6, 8, 10, 12, 16)
EVERY = 4


def change(image: Image.Image) -> dict[str, Image.Image]:
    """The photo as others would post it again."""
    width, height = image.size
    buffer = io.BytesIO()
    smaller = image.resize((int(width * 0.6), int(height * 0.6)), Image.Resampling.LANCZOS)
    smaller.save(buffer, "JPEG", quality=60)
    box = (int(width * 0.02), int(height * 0.02), int(width * 0.98), int(height * 0.98))
    return {"scaled_and_compressed": Image.open(buffer), "cut_by_two_percent": image.crop(box)}


def count_bits(one: bytes, other: bytes) -> int:
    """Bits that differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def hash_image(image: Image.Image) -> bytes:
    """The perceptual hash of an image."""
    return compute_similarity_hash(np.asarray(image.convert("RGB")))


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    hashes: list[bytes] = []
    bits: dict[str, list[int]] = {}
    for path in sorted((given.data / "shards").glob("*.tar")):
        for _, jpeg in read_shard(path):
            image = Image.open(io.BytesIO(jpeg)).convert("RGB")
            hashes.append(hash_image(image))
            if len(hashes) % EVERY == 0:
                for name, changed in change(image).items():
                    bits.setdefault(name, []).append(count_bits(hashes[-1], hash_image(changed)))
    content = np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), -1)
    table = np.array([byte.bit_count() for byte in range(256)], np.uint8)
    pairs = np.zeros(8 * content.shape[1] + 1, np.int64)
    for row in range(len(content) - 1):
        different = table[content[row + 1 :] ^ content[row]].sum(axis=1, dtype=np.int64)
        pairs += np.bincount(different, minlength=len(pairs))
    path = write_result(
        "near_duplicates",
        {
            "photos": len(hashes),
            "pairs": int(pairs.sum()),
            "pairs_by_bits": pairs[:21].tolist(),
            "found_by_bits": {
                name: {str(most): round(float(np.mean(np.array(found) <= most)), 4) for most in THRESHOLDS}
                for name, found in bits.items()
            },
        },
    )
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from triovision.data.stream.similar import compute_similarity_hash, find_near_duplicates


def make_image(seed, size=(320, 240)):
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def compress(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue()))


def different_bits(one, other):
    hashes = (int.from_bytes(compute_similarity_hash(np.asarray(image.convert("RGB")))) for image in (one, other))
    return int.bit_count(next(hashes) ^ next(hashes))


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((200, 150), Image.Resampling.LANCZOS),
        lambda image: compress(image, 40),
        lambda image: ImageEnhance.Brightness(image).enhance(0.8),
        lambda image: image.convert("L"),
    ],
)
def test_the_same_photo_again_differs_in_few_bits(change):
    differences = [different_bits(make_image(seed), change(make_image(seed))) for seed in range(20)]
    assert max(differences) <= 6


def test_other_photos_differ_in_many_bits():
    assert min(different_bits(make_image(seed), make_image(seed + 1)) for seed in range(100)) > 20


def near_by_search(hashes, ranks, most_bits):
    bits = np.unpackbits(hashes, axis=1).astype(int)
    return [
        any(
            ranks[other] > ranks[one] and abs(bits[one] - bits[other]).sum() <= most_bits
            for other in range(len(hashes))
        )
        for one in range(len(hashes))
    ]


@pytest.mark.parametrize("most_bits", [0, 3, 6])
def test_all_pairs_within_the_distance_are_found(most_bits):
    random = np.random.default_rng(most_bits)
    bits = random.integers(0, 2, (60, 128))[random.integers(0, 60, 400)]
    for row in bits:
        row[random.choice(128, random.integers(0, 9), replace=False)] ^= 1
    hashes = np.packbits(bits.astype(np.uint8), axis=1)
    ranks = random.integers(0, 3, 400).astype(np.int8)
    found = find_near_duplicates(hashes, ranks, most_bits)
    assert (found >= 0).tolist() == near_by_search(hashes, ranks, most_bits)
    partners = found >= 0
    assert (ranks[found[partners]] > ranks[partners]).all()


def test_a_thousand_plain_skies_are_one():
    hashes = np.zeros((3000, 16), np.uint8)
    ranks = np.zeros(3000, np.int8)
    ranks[7] = 2
    found = find_near_duplicates(hashes, ranks, 6)
    assert set(found[ranks == 0].tolist()) == {7}
    assert found[7] == -1


def test_without_other_ranks_there_is_nothing_to_find():
    assert find_near_duplicates(np.zeros((5, 16), np.uint8), np.zeros(5, np.int8), 6).tolist() == [-1] * 5
    assert len(find_near_duplicates(np.zeros((0, 16), np.uint8), np.zeros(0, np.int8), 6)) == 0

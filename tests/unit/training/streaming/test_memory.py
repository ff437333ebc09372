import dataclasses

import pytest

from triovision.training.prepared import read_images, read_samples
from triovision.training.recipe import Machine, Streaming
from triovision.training.streaming import ShardImages, estimate_image_bytes, open_images


def test_estimate_is_what_they_take(many_shards):
    samples = read_samples(many_shards).of_splits("train")
    assert estimate_image_bytes(samples) == pytest.approx(sum(image.nbytes for image in read_images(samples)))


def test_estimate_without_sizes_takes_the_usual(write_prepared, rows):
    for row in rows:
        row["width_px"] = row["height_px"] = None
    samples = read_samples(write_prepared(rows))
    assert estimate_image_bytes(samples) == pytest.approx(56 * 3 * 256 * 256 * 4 / 3)


@pytest.mark.parametrize(
    ("mode", "memory_gb", "streamed"),
    [("auto", 1, False), ("auto", 1e-6, True), ("always", 1, True), ("never", 1e-6, False)],
)
def test_memory_decides_unless_told(many_shards, tiny_recipe, mode, memory_gb, streamed):
    streaming = Streaming(mode=mode, memory_gb=memory_gb)
    recipe = dataclasses.replace(tiny_recipe, machine=Machine(streaming=streaming))
    said = []
    images = open_images(read_samples(many_shards), recipe, said.append)
    assert isinstance(images, ShardImages) == streamed
    assert len(said) == streamed
    assert images[3].shape == (64, 96, 3)


@pytest.mark.parametrize(
    ("field", "value"), [("mode", "sometimes"), ("check", "all"), ("memory_gb", 0), ("lanes", 0), ("most_draws", 0)]
)
def test_nonsense_is_refused(field, value):
    with pytest.raises(ValueError, match=field):
        Streaming(**{field: value})

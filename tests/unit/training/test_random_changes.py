import numpy as np
import pytest
from PIL import Image

from triovision.preprocess import Preprocessing
from triovision.training.random_changes import _CHANGES, change_at_random
from triovision.training.recipe import Augmentation
from triovision.training.views import make_test_views, make_view

IMAGE = np.random.default_rng(0).integers(0, 200, (48, 64, 3), dtype=np.uint8)
PREPROCESSING = Preprocessing(input_size=(32, 32), crop_pct=1.0)


def changed(seed, changes=2, strength=9.0):
    return np.asarray(change_at_random(Image.fromarray(IMAGE), changes, strength, np.random.default_rng(seed)))


def test_the_same_chance_gives_the_same_changes():
    assert np.array_equal(changed(1), changed(1))
    assert len({changed(seed).tobytes() for seed in range(8)}) > 4


def test_no_change_is_the_image():
    assert np.array_equal(changed(1, changes=0), IMAGE)


@pytest.mark.parametrize("kind", range(len(_CHANGES)))
def test_every_kind_keeps_the_shape_and_all_but_one_change_something(kind):
    piece = _CHANGES[kind](Image.fromarray(IMAGE), 0.9, -1.0)
    assert (piece.size, piece.mode) == ((64, 48), "RGB")
    assert np.array_equal(np.asarray(piece), IMAGE) == (kind == 0)


def test_views_take_them():
    plain = Augmentation(whole_share=0, crop_area=(1, 1), flip=0, brightness=0, contrast=0, saturation=0, grey=0)
    strong = Augmentation(0, (1, 1), flip=0, brightness=0, contrast=0, saturation=0, grey=0, random_changes=4)
    views = [make_view(IMAGE, PREPROCESSING, kind, np.random.default_rng(3)) for kind in (plain, strong)]
    assert np.abs(views[0] - views[1]).max() > 0.1


@pytest.mark.parametrize("count", [1, 2, 6])
def test_test_views_begin_with_the_evaluation_view(count):
    views = make_test_views(IMAGE, PREPROCESSING, count)
    assert len(views) == count
    assert all(view.shape == (3, 32, 32) for view in views)
    assert len({view.tobytes() for view in views}) == count
    if count > 1:
        assert np.array_equal(views[1], views[0][:, :, ::-1])

import gc
import io
import threading
import weakref

import numpy as np
import pytest
from PIL import Image

import triovision
from triovision import CountryClassifier, PhotoError, Prediction
from triovision.bundle import metadata_to_json
from triovision.classifier import embedded_models
from triovision.errors import BundleNotFoundError, PhotoCorruptError, PhotoNotFoundError, PhotoTooLargeError
from triovision.photo import PhotoLimits, read_photo


@pytest.fixture(scope="module")
def classifier(tiny_bundle):
    return CountryClassifier.load(tiny_bundle)


def test_a_path_bytes_an_image_and_an_array_are_the_same_photo(classifier, jpeg_bytes, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes)
    image = Image.open(io.BytesIO(jpeg_bytes))
    expected = classifier.predict(path).probabilities
    for photo in (str(path), jpeg_bytes, image, np.asarray(image)):
        np.testing.assert_allclose(classifier.predict(photo).probabilities, expected, atol=0.02)


def test_a_prediction_is_a_distribution(classifier, jpeg_bytes):
    prediction = classifier.predict(jpeg_bytes, name="mine")
    assert prediction.photo == "mine"
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.embedding.shape == (classifier.bundle.dim,)
    assert prediction.model == "tiny"
    with pytest.raises(ValueError, match="read-only"):
        prediction.probabilities[0] = 1


def test_temperature_is_applied(tiny_graph, tiny_metadata, bundle_bytes, jpeg_bytes):
    def confidence(temperature):
        data = bundle_bytes(tiny_graph(), metadata_to_json(tiny_metadata(temperature=temperature)))
        return CountryClassifier.load(data).predict(jpeg_bytes).probabilities.max()

    assert confidence(100.0) < confidence(1.5)


def test_a_tie_is_decided_by_the_whole_photo(monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, (900, 1200, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    classifier = CountryClassifier.load()

    def predict(photo, tie, most_pixels=10**9):
        monkeypatch.setattr("triovision.classifier._TIE", tie)
        monkeypatch.setattr("triovision.classifier._MAX_WHOLE_PIXELS", most_pixels)
        return classifier.predict(photo).probabilities

    whole, reduced = predict(read_photo(buffer.getvalue()).image, 0), predict(buffer.getvalue(), 0)
    assert np.abs(whole - reduced).max() > 0
    np.testing.assert_array_equal(predict(buffer.getvalue(), 2), whole)
    np.testing.assert_array_equal(predict(buffer.getvalue(), 2, most_pixels=900), reduced)


def test_a_bad_photo_raises(classifier, tmp_path):
    with pytest.raises(PhotoNotFoundError):
        classifier.predict(tmp_path / "none.jpg")


def test_many_keep_their_order_and_a_bad_one_yields_its_error(classifier, photo_folder):
    names = ["a.jpg", "none.jpg", "b.JPG", "notes.txt", "sub/c.jpeg"] * 5
    results = list(classifier.predict_many(photo_folder / name for name in names))
    assert [result.photo for result in results] == [str(photo_folder / name) for name in names]
    assert [isinstance(result, Prediction) for result in results] == [True, False, True, False, True] * 5
    assert isinstance(results[1], PhotoNotFoundError)


def test_many_equal_one_by_one(classifier, photo_folder):
    paths = [photo_folder / "a.jpg", photo_folder / "b.JPG"]
    for path, many in zip(paths, classifier.predict_many(paths), strict=True):
        np.testing.assert_allclose(many.probabilities, classifier.predict(path).probabilities, atol=1e-5)


def test_many_draw_only_as_far_as_needed(classifier, jpeg_bytes):
    drawn = 0

    def endless():
        nonlocal drawn
        while True:
            drawn += 1
            yield jpeg_bytes

    results = classifier.predict_many(endless(), workers=2)
    for _ in range(10):
        next(results)
    results.close()
    assert drawn <= 10 + 2 * 2 + 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("triovision")]


def test_a_kept_error_does_not_keep_the_photo_alive(classifier):
    class Pixels(np.ndarray):
        pass

    def photo():
        pixels = np.zeros((9, 9), np.float64).view(Pixels)
        watch.append(weakref.ref(pixels))
        return pixels

    watch = []
    (error,) = classifier.predict_many(photo() for _ in range(1))
    gc.collect()
    assert isinstance(error, PhotoError)
    assert watch[0]() is None


@pytest.mark.parametrize("workers", [0, -1])
def test_many_need_a_worker(classifier, workers):
    with pytest.raises(ValueError, match="at least one"):
        classifier.predict_many([], workers=workers)


def test_none_at_all(classifier):
    assert list(classifier.predict_many([])) == []


def test_limits_hold(tiny_bundle, jpeg_bytes):
    small = CountryClassifier.load(tiny_bundle, limits=PhotoLimits(max_pixels=10))
    with pytest.raises(PhotoTooLargeError):
        small.predict(jpeg_bytes)


def test_broken_photo_in_many(classifier, tmp_path):
    path = tmp_path / "broken.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    (result,) = classifier.predict_many([path])
    assert isinstance(result, PhotoCorruptError)


def test_threads_share_one_classifier(classifier, jpeg_bytes):
    expected = classifier.predict(jpeg_bytes).probabilities
    results = []

    def work():
        results.extend(classifier.predict(jpeg_bytes).probabilities for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20
    for result in results:
        np.testing.assert_allclose(result, expected, atol=1e-6)


def test_the_embedded_model_is_there_and_loads_by_name_and_by_default():
    assert "starter" in embedded_models()
    assert CountryClassifier.load("starter").metadata.name == CountryClassifier.load().metadata.name == "starter"


def test_a_model_that_is_not_there():
    with pytest.raises(BundleNotFoundError, match=r"embedded models: .*starter"):
        CountryClassifier.load("stater")
    with pytest.raises(BundleNotFoundError, match="no model file there"):
        CountryClassifier.load("none.onnx")


def test_the_lazy_front_door():
    assert set(triovision.__all__) <= set(dir(triovision))
    for name in triovision.__all__:
        assert getattr(triovision, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Zebra'"):
        _ = triovision.Zebra

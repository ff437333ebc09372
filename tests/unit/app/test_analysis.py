import io

import pytest
from PIL import Image

from triovision import CountryClassifier
from triovision.app.analysis import AnalysisCache, Upload, analyse, analyse_many, decode_display, explain_or_none
from triovision.bundle import metadata_to_json
from triovision.errors import CountryError, PhotoError, PhotoFormatError


def jpeg(colour, size=(60, 40)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_numbers_are_the_classifiers(classifier, photo, jpeg_bytes):
    assert photo.prediction.top(3) == classifier.predict(jpeg_bytes).top(3)
    assert photo.prediction.photo == photo.name == "holiday.jpg"
    assert photo.evidence.prediction is photo.prediction


def test_pictures_for_the_page(classifier):
    wide = analyse(classifier, Upload("wide.jpg", jpeg((200, 30, 30), (3000, 1000))))
    with Image.open(io.BytesIO(wide.thumbnail)) as thumbnail, Image.open(io.BytesIO(wide.display)) as display:
        assert thumbnail.size == (144, 144)
        assert max(display.size) == 1024
    assert decode_display(wide).shape[2] == 3
    assert (wide.metadata.width_px, wide.metadata.height_px) == (3000, 1000)


def test_the_files_own_place_and_time(classifier, gps_jpeg, photo):
    located = analyse(classifier, Upload("paris.jpg", gps_jpeg))
    assert located.has_gps
    assert located.gps_country == "FR"
    assert located.metadata.taken_at.year == 2024
    assert not photo.has_gps
    assert photo.gps_country is None


def test_many_in_order_with_errors_among_them(classifier):
    uploads = [Upload("a.jpg", jpeg((1, 2, 3))), Upload("b.txt", b"hello"), Upload("c.jpg", jpeg((9, 8, 7)))]
    first, error, last = analyse_many(classifier, uploads, AnalysisCache(), "tiny")
    assert (first.name, last.name) == ("a.jpg", "c.jpg")
    assert isinstance(error, PhotoFormatError)
    assert error.__traceback__ is None


def test_uploads_are_drawn_as_needed(classifier):
    drawn = []

    def uploads():
        for index in range(50):
            drawn.append(index)
            yield Upload(f"{index}.jpg", jpeg((index, 0, 0)))

    results = analyse_many(classifier, uploads(), AnalysisCache(), "tiny")
    next(results)
    assert len(drawn) < 10
    results.close()


def test_a_photo_seen_before_is_not_looked_at_again(classifier, jpeg_bytes):
    cache = AnalysisCache()
    (first,) = analyse_many(classifier, [Upload("a.jpg", jpeg_bytes)], cache, "tiny")
    (second,) = analyse_many(classifier, [Upload("b.jpg", jpeg_bytes)], cache, "tiny")
    assert second.display is first.display
    assert (second.name, second.prediction.photo) == ("b.jpg", "b.jpg")
    (other,) = analyse_many(classifier, [Upload("a.jpg", jpeg_bytes)], cache, "another")
    assert other.display is not first.display


def test_the_cache_is_bounded(classifier):
    cache = AnalysisCache(most=3)
    photos = [analyse(classifier, Upload(f"{index}.jpg", jpeg((40 * index, 0, 0)))) for index in range(6)]
    for photo in photos:
        cache.put("tiny", photo)
    assert len(cache) == 3
    assert cache.get("tiny", photos[0].sha256) is None
    assert cache.get("tiny", photos[-1].sha256) is photos[-1]


def test_a_broken_photo_raises(classifier, jpeg_bytes):
    with pytest.raises(PhotoError):
        analyse(classifier, Upload("cut.jpg", jpeg_bytes[:60]))


def test_evidence_for_a_country_asked_for(classifier, jpeg_bytes):
    upload = Upload("a.jpg", jpeg_bytes)
    evidence = explain_or_none(classifier, upload, country="KE", against="JP")
    assert (evidence.country, evidence.against) == ("KE", "JP")
    with pytest.raises(CountryError):
        explain_or_none(classifier, upload, country="KE", against="KE")


def test_a_model_without_a_feature_map_still_answers(tiny_graph, tiny_metadata, bundle_bytes, jpeg_bytes):
    model = tiny_graph()
    del model.graph.output[2]
    plain = CountryClassifier.load(bundle_bytes(model, metadata_to_json(tiny_metadata())))
    photo = analyse(plain, Upload("a.jpg", jpeg_bytes))
    assert photo.evidence is None
    assert photo.prediction.photo == "a.jpg"

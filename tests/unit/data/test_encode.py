import pytest

from triovision.data import encode
from triovision.data.encode import encode_photo, hash_photo
from triovision.data.records import Reject, Sample
from triovision.photo import PhotoLimits


def test_a_file_with_too_many_bytes_is_not_even_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr(encode, "_LIMITS", PhotoLimits(max_bytes=10))
    (tmp_path / "a.jpg").write_bytes(b"x" * 11)
    assert hash_photo(tmp_path / "a.jpg", "a.jpg") == Reject("a.jpg", "unreadable: more than 10 bytes")


@pytest.mark.parametrize(
    ("error", "reason"), [(PermissionError(13, "Permission denied"), "Permission denied"), (ValueError("odd"), "odd")]
)
def test_a_file_that_may_not_be_read_is_left_out(tmp_path, monkeypatch, error, reason):
    def refuse(*_):
        raise error

    monkeypatch.setattr("pathlib.Path.is_file", refuse)
    assert hash_photo(tmp_path / "a.jpg", "a.jpg") == Reject("a.jpg", f"unreadable: {reason}")


def test_the_size_is_that_of_the_original(tmp_path, make_photo):
    make_photo(tmp_path / "a.png", 0, (400, 200))
    sha256 = hash_photo(tmp_path / "a.png", "a.png")
    encoded = encode_photo(tmp_path / "a.png", Sample("a.png", "FR", sha256=sha256), 50)
    assert (encoded.width_px, encoded.height_px) == (400, 200)
    assert encoded == encode_photo(tmp_path / "a.png", Sample("a.png", "FR", sha256=sha256), 50)

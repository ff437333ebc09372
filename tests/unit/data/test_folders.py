import os

import pytest

from triovision.data.folders import read_folders
from triovision.errors import DataError


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folders_name_is_the_label(tmp_path):
    touch(tmp_path, "FR/1.jpg", "Ivory Coast/2.JPG", "south_korea/3.png", "FR/.hidden.jpg", ".git/FR/4.jpg")
    samples, rejects, paths = read_folders(tmp_path)
    assert [(sample.photo, sample.country_code) for sample in samples] == [
        ("FR/1.jpg", "FR"),
        ("Ivory Coast/2.JPG", "CI"),
        ("south_korea/3.png", "KR"),
    ]
    assert not rejects
    assert paths["FR/1.jpg"] == tmp_path / "FR" / "1.jpg"


def test_a_folder_within_is_a_landmark_of_that_country(tmp_path):
    touch(tmp_path, "FR/Old Town/1.jpg", "France/old-town/2.jpg", "DE/Old Town/3.jpg", "DE/4.jpg")
    landmarks = {sample.photo: sample.landmark for sample in read_folders(tmp_path)[0]}
    assert landmarks["FR/Old Town/1.jpg"] == landmarks["France/old-town/2.jpg"] != landmarks["DE/Old Town/3.jpg"]
    assert landmarks["DE/4.jpg"] == ""


def test_what_cannot_be_used_is_listed(tmp_path):
    touch(tmp_path, "FR/1.jpg", "FR/notes.txt", "FR/README", "Atlantis/2.jpg", "3.jpg")
    reasons = {reject.photo: reject.reason for reject in read_folders(tmp_path)[1]}
    assert reasons["FR/notes.txt"] == "unreadable: .txt suffix is not a photo's"
    assert reasons["FR/README"] == "unreadable: no suffix is not a photo's"
    assert reasons["Atlantis/2.jpg"].startswith("unknown country: 'Atlantis'")
    assert reasons["3.jpg"].startswith("unknown country: it lies outside")


@pytest.mark.skipif(os.name != "posix", reason="only there may names be any bytes")
def test_a_name_that_is_not_utf8_is_listed(tmp_path):
    touch(tmp_path, "FR/1.jpg")
    try:
        (tmp_path / "FR" / os.fsdecode(b"\xff.jpg")).touch()
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")
    assert "its name is not UTF-8" in read_folders(tmp_path)[1][0].reason


def test_a_folder_without_photos_is_an_error(tmp_path):
    with pytest.raises(DataError, match="holds no photos; put them into one folder per country"):
        read_folders(tmp_path)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied", "FR")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"FR: cannot be read \(Permission denied\)"):
        read_folders(tmp_path)


def test_a_folder_per_country_is_prepared(run, make_photo, tmp_path, heard):
    for index in range(40):
        make_photo(tmp_path / "in" / ("FR", "Japan")[index % 2] / f"{index}.png", index)
    prepared = run(tmp_path / "in")
    assert prepared.facts["labels"] == 2
    assert all(counts["samples"] for counts in prepared.facts["splits"].values())
    assert "split by landmark" in heard.sentences[0]


def test_the_data_set_may_not_lie_among_the_photos(run, make_photo, tmp_path):
    make_photo(tmp_path / "in" / "FR" / "1.png", 1)
    with pytest.raises(DataError, match="choose a place outside it"):
        run(tmp_path / "in", "in/out")

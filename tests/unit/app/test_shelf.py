from dataclasses import replace

import pytest

from triovision.app.shelf import Refusal, Shelf
from triovision.errors import PhotoAccessError, PhotoCorruptError, PhotoEmptyError, PhotoFormatError, PhotoTooLargeError


@pytest.fixture
def add(photo):
    def put(shelf, name, size=10):
        shelf.add(replace(photo, name=name, sha256=name), b"x" * size)

    return put


def names(shelf):
    return [photo.name for photo in shelf]


def test_the_newest_is_shown(add):
    shelf = Shelf(10, 1000)
    assert shelf.selected is None
    add(shelf, "a")
    add(shelf, "b")
    assert shelf.selected.name == "b"
    shelf.select("a")
    shelf.select("no such")
    assert shelf.selected.name == "a"


def test_the_oldest_make_room_and_it_is_told(add):
    shelf = Shelf(2, 1000)
    for name in "abc":
        add(shelf, name)
    assert names(shelf) == ["b", "c"]
    assert shelf.made_room
    assert shelf.original("a") is None


def test_originals_leave_before_answers_do(add):
    shelf = Shelf(10, 25)
    for name in "abc":
        add(shelf, name)
    assert names(shelf) == ["a", "b", "c"]
    assert shelf.original("a") is None
    assert shelf.original("c").data == b"x" * 10
    add(shelf, "huge", size=100)
    assert shelf.original("huge").data == b"x" * 100


def test_the_same_photo_stands_once(add):
    shelf = Shelf(10, 1000)
    for name in ("a", "b", "a"):
        add(shelf, name)
    assert names(shelf) == ["b", "a"]


def test_removing_selects_a_neighbour(add):
    shelf = Shelf(10, 1000)
    for name in "abc":
        add(shelf, name)
    shelf.remove("c")
    assert shelf.selected.name == "b"
    shelf.remove("no such")
    shelf.remove("a")
    shelf.remove("b")
    assert shelf.selected is None
    assert len(shelf) == 0


def test_replacing_keeps_the_place(add, photo):
    shelf = Shelf(10, 1000)
    add(shelf, "a")
    add(shelf, "b")
    shelf.replace(replace(photo, name="a", sha256="a", gps_country="FR"))
    shelf.replace(replace(photo, name="new", sha256="new"))
    assert names(shelf) == ["a", "b"]
    assert next(iter(shelf)).gps_country == "FR"


def test_refusals_are_bounded_and_cleared():
    shelf = Shelf(10, 1000)
    for index in range(80):
        shelf.refuse(Refusal(f"{index}", "refused.empty", ""))
    assert len(shelf.refusals) == 50
    assert shelf.refusals[-1].name == "79"
    shelf.clear()
    assert shelf.refusals == []


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (PhotoEmptyError, "refused.empty"),
        (PhotoTooLargeError, "refused.too_large"),
        (PhotoFormatError, "refused.format"),
        (PhotoCorruptError, "refused.corrupt"),
        (PhotoAccessError, "refused.access"),
    ],
)
def test_every_refusal_has_its_words(error, key):
    refusal = Refusal.from_error("a.jpg", error("a.jpg", "looks odd", "mend it"))
    assert (refusal.name, refusal.reason, refusal.detail) == ("a.jpg", key, "looks odd")

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from triovision.app import uploads
from triovision.app.settings import AppSettings


def file(name, number):
    return SimpleNamespace(name=name, file_id=f"id-{number}", getvalue=name.encode)


@pytest.fixture
def uploader(monkeypatch):
    """Streamlit's uploader, with whatever files the test puts into it."""
    fake = SimpleNamespace(value=[], session_state={}, keys=[], container=lambda **_: nullcontext())

    def file_uploader(_label, **options):
        fake.keys.append(options["key"])
        return fake.value

    fake.file_uploader = file_uploader
    monkeypatch.setattr(uploads, "st", fake)
    return fake


@pytest.fixture
def session():
    return SimpleNamespace(settings=AppSettings(), seen_files=set(), received=0)


def take(session):
    return uploads.take_uploads(session, "tv-uploader", "Photos", multiple=True)


def test_each_file_is_taken_once(uploader, session):
    uploader.value = [file("a.jpg", 1), file("b.jpg", 2)]
    assert [upload.name for upload in take(session)] == ["a.jpg", "b.jpg"]
    assert take(session) == []
    uploader.value.append(file("c.jpg", 3))
    assert [upload.data for upload in take(session)] == [b"c.jpg"]
    assert session.received == 3


def test_files_that_were_let_go_are_passed_over(uploader, session):
    uploader.value = [SimpleNamespace(file_id="gone"), file("a.jpg", 1)]
    assert [upload.name for upload in take(session)] == ["a.jpg"]


def test_one_file_or_none(uploader, session):
    uploader.value = None
    assert take(session) == []
    uploader.value = file("model.onnx", 1)
    assert [upload.name for upload in take(session)] == ["model.onnx"]


def test_a_full_uploader_makes_room_for_a_fresh_one(uploader, session):
    uploader.value = [file(f"{number}.jpg", number) for number in range(100)]
    assert len(take(session)) == 100
    assert take(session) == []
    take(session)
    assert uploader.keys[0] != uploader.keys[-1]


def test_memory_of_the_server_is_given_back(uploader, session, monkeypatch):
    removed = []

    class Store(uploads.MemoryUploadedFileManager):
        def __init__(self):
            """No endpoint is needed to forget."""

        def remove_file(self, session_id, file_id):
            removed.append((session_id, file_id))

    context = SimpleNamespace(session_id="me", uploaded_file_mgr=Store())
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: context)
    uploader.value = [file("a.jpg", 1)]
    take(session)
    assert removed == [("me", "id-1")]

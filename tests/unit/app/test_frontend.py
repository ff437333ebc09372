import tomllib
from pathlib import Path

import pytest

import triovision
from triovision.app import frontend
from triovision.app.frontend import frontend_built

PARTS = ("map-1a.js", "lottie-2b.js", "worker-3c.js", "world-4d.json")


@pytest.fixture
def components(tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "STATIC_FOLDER", tmp_path)
    folder = tmp_path / "components"
    folder.mkdir()
    for name in PARTS:
        (folder / name).touch()
    return folder


def test_complete(components):
    assert frontend_built()


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_missing(components, name):
    (components / name).unlink()
    assert not frontend_built()


def test_two_maps_are_one_too_many_for_streamlit(components):
    (components / "map-5e.js").touch()
    assert not frontend_built()


def test_nothing_was_built(tmp_path, monkeypatch):
    monkeypatch.setattr(frontend, "STATIC_FOLDER", tmp_path / "missing")
    assert not frontend_built()


def test_the_manifest_points_streamlit_to_what_is_built():
    package = Path(triovision.__file__).parent
    manifest = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["project"]["name"] == "triovision"
    for component in manifest["tool"]["streamlit"]["component"]["components"]:
        assert package / component["asset_dir"] == frontend.STATIC_FOLDER / "components"

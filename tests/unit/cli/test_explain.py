import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from PIL import Image

from triovision.bundle import metadata_to_json
from triovision.cli import cli
from triovision.errors import BundleFormatError, CountryError, DataError, PhotoError


@pytest.fixture
def run(tiny_bundle, photo_folder, monkeypatch):
    """Run `triovision explain` in this process, in the folder of the photos, with the tiny model."""
    monkeypatch.chdir(photo_folder)

    def invoke(*arguments, **options):
        return CliRunner().invoke(cli, ["explain", "--model", str(tiny_bundle), *map(str, arguments)], **options)

    return invoke


def test_a_picture_and_a_record(run, photo_folder):
    result = run("a.jpg")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["photo"] == "a.jpg"
    assert record["picture"] == "a-evidence.png"
    assert len(record["countries"]) == 5
    assert len(record["evidence"]["maps"]["place"]["values"]) == 4
    with Image.open(photo_folder / "a-evidence.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 480
    assert result.stderr == ""
    assert not list(photo_folder.glob("*.partial"))


def test_words_on_a_terminal(run, tmp_path):
    result = run("a.jpg", "-f", "text", "--lang", "fr", "--country", "Belgique", "--against", "jp", "--to", "why.PNG")
    assert result.exit_code == 0, result.output
    assert "Belgique plutôt que Japon : " in result.stdout
    assert "Indices pour Belgique" in result.stdout
    assert "why.PNG" in result.stdout


def test_opacity_is_seen_in_the_picture(run, photo_folder):
    for opacity in ("0", "1"):
        assert run("a.jpg", "--opacity", opacity, "--to", f"{opacity}.png").exit_code == 0
    assert (photo_folder / "0.png").read_bytes() != (photo_folder / "1.png").read_bytes()


def test_a_photo_from_standard_input(run, photo_folder):
    result = run("-", input=(photo_folder / "a.jpg").read_bytes())
    record = json.loads(result.stdout)
    assert (record["photo"], record["picture"]) == ("<stdin>", "photo-evidence.png")
    assert (photo_folder / "photo-evidence.png").exists()


def test_what_is_odd_about_the_photo_is_told(run, photo_folder):
    content = (photo_folder / "b.JPG").read_bytes()
    (photo_folder / "cut.jpg").write_bytes(content[: len(content) * 3 // 4])
    result = run("cut.jpg", "-f", "text")
    assert result.exit_code == 0
    assert result.stderr.startswith("triovision: warning: ")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.jpg"], PhotoError),
        (["notes.txt"], PhotoError),
        (["broken.jpg"], PhotoError),
        (["a.jpg", "--country", "Atlantis"], CountryError),
        (["a.jpg", "--country", "NZ"], CountryError),
        (["a.jpg", "--country", "FR", "--against", "France"], CountryError),
        (["a.jpg", "--lang", "klingon"], CountryError),
        (["a.jpg", "--to", "no/such/folder/x.png"], DataError),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(run, photo_folder, arguments, error):
    result = run(*arguments)
    assert isinstance(result.exception, error)
    assert list(photo_folder.rglob("*.png*")) == []


@pytest.mark.parametrize(
    "arguments",
    [[], ["a.jpg", "--to", "x.jpg"], ["a.jpg", "--opacity", "2"], ["a.jpg", "-f", "xml"], ["a.jpg", "b.jpg"]],
)
def test_wrong_use_is_exit_2(run, photo_folder, arguments):
    assert run(*arguments).exit_code == 2
    assert list(photo_folder.rglob("*.png*")) == []


def test_the_photo_itself_is_never_overwritten(run, photo_folder):
    with Image.open(photo_folder / "a.jpg") as photo:
        photo.save(photo_folder / "a.png")
    before = (photo_folder / "a.png").read_bytes()
    result = run("a.png", "--to", photo_folder / "sub" / ".." / "a.png")
    assert result.exit_code == 2
    assert "is the photo itself" in result.output
    assert (photo_folder / "a.png").read_bytes() == before


def test_a_model_without_a_feature_map(run, tiny_graph, tiny_metadata, bundle_bytes, photo_folder):
    graph = tiny_graph()
    graph.graph.output.pop(2)
    (photo_folder / "plain.onnx").write_bytes(bundle_bytes(graph, metadata_to_json(tiny_metadata())))
    result = run("a.jpg", "--model", "plain.onnx")
    assert isinstance(result.exception, BundleFormatError)
    assert "no feature map" in str(result.exception)


def test_a_real_process(photo_folder, tiny_bundle):
    command = [sys.executable, "-m", "triovision", "explain", "--model", str(tiny_bundle)]
    done = subprocess.run([*command, "a.jpg"], cwd=photo_folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["picture"] == "a-evidence.png"
    failed = subprocess.run([*command, "none.jpg"], cwd=photo_folder, capture_output=True, check=False)
    assert failed.returncode == 2
    assert failed.stderr.startswith(b"triovision: error: none.jpg: ")
    assert failed.stderr.count(b"\n") == 1

import csv
import io
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.cli.inputs import find_photos, printable
from triovision.errors import TrioVisionError


@pytest.fixture
def run(tiny_bundle):
    """Run `triovision predict` in this process, with the tiny model."""

    def invoke(*arguments, **options):
        arguments = ["predict", "--model", str(tiny_bundle), *map(str, arguments)]
        return CliRunner().invoke(cli, arguments, **options)

    return invoke


def test_jsonl_is_the_default_on_a_pipe_and_nothing_else_is_there(run, photo_folder):
    result = run(photo_folder / "a.jpg", photo_folder / "b.JPG")
    assert result.exit_code == 0
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["photo"] for record in records] == [str(photo_folder / "a.jpg"), str(photo_folder / "b.JPG")]
    assert all(len(record["countries"]) == 5 for record in records)
    assert result.stderr == ""


def test_json(run, photo_folder):
    records = json.loads(run(photo_folder, "-f", "json", "-n", "2").stdout)
    assert len(records) == 4
    assert sum("error" in record for record in records) == 1
    assert all(len(record["countries"]) == 2 for record in records if "error" not in record)


def test_json_of_nothing_but_errors_is_still_json(run, photo_folder):
    result = run(photo_folder / "broken.jpg", "-f", "json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)[0]["error"]["type"].startswith("Photo")


def test_csv(run, photo_folder):
    rows = list(csv.DictReader(io.StringIO(run(photo_folder, "-f", "csv", "-n", "9").stdout)))
    assert len(rows) == 4
    good = [row for row in rows if not row["error"]]
    assert len(good) == 3
    assert sum(float(good[0][f"probability_{rank}"]) for rank in range(1, 8)) == pytest.approx(1, abs=1e-4)
    assert good[0]["probability_8"] == ""


def test_geojson_puts_a_country_at_its_centre_and_says_so(run, photo_folder):
    collection = json.loads(run(photo_folder, "-f", "geojson").stdout)
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == 4
    for feature in collection["features"]:
        answer = feature["properties"].get("answer")
        named = answer is not None and answer["level"] == "country"
        assert (feature["geometry"] is not None) == named
        assert ("position" in feature["properties"]) == named


def test_a_table_of_one_photo(run, photo_folder):
    result = run(photo_folder / "a.jpg", "-f", "table", "--lang", "fr")
    assert result.exit_code == 0
    assert "%" in result.stdout
    assert "Le vrai pays est parmi ces" in result.stdout


def test_a_table_of_many(run, photo_folder):
    result = run(photo_folder, "-f", "table", env={"COLUMNS": "300"})
    assert "Most likely" in result.stdout
    assert all(name in result.stdout for name in ("a.jpg", "b.JPG", "c.jpeg"))


def test_failures_are_told_at_the_end_with_counts(run, photo_folder):
    result = run(photo_folder, photo_folder / "none.jpg")
    assert result.exit_code == 1
    assert "3 of 5 photos answered; not read:" in result.stderr
    assert "1 not found" in result.stderr


def test_many_failures_are_not_all_listed(run, photo_folder):
    result = run(photo_folder / "a.jpg", *(photo_folder / f"none{index}.jpg" for index in range(30)))
    assert "... and 10 more" in result.stderr
    assert result.exit_code == 1


def test_nothing_readable_is_exit_2(run, photo_folder):
    assert run(photo_folder / "notes.txt").exit_code == 2
    assert run(photo_folder / "notes.txt", photo_folder / "broken.jpg").exit_code == 2


def test_an_empty_folder_is_exit_2(run, tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "no photo found" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--top", "0", "a.jpg"], ["--format", "xml", "a.jpg"], ["--nope"]])
def test_wrong_use_is_exit_2(run, arguments):
    assert run(*arguments).exit_code == 2


def test_an_unknown_language_and_model(run, photo_folder):
    assert isinstance(run(photo_folder, "--lang", "klingon").exception, TrioVisionError)
    result = CliRunner().invoke(cli, ["predict", "a.jpg", "--model", "nope"])
    assert isinstance(result.exception, TrioVisionError)


def test_a_photo_from_standard_input(run, jpeg_bytes):
    result = run("-", input=jpeg_bytes)
    assert json.loads(result.stdout)["photo"] == "<stdin>"


def test_progress_on_a_terminal_stays_off_standard_output(photo_folder, tiny_bundle, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with pytest.raises(SystemExit) as caught:
        cli.main(["predict", "--model", str(tiny_bundle), str(photo_folder), "-f", "jsonl"])
    out, _ = capsys.readouterr()
    assert caught.value.code == 1
    assert len([json.loads(line) for line in out.splitlines()]) == 4


def test_folders_and_globs(photo_folder, monkeypatch):
    monkeypatch.chdir(photo_folder)
    assert list(find_photos(["."])) == ["./a.jpg", "./b.JPG", "./broken.jpg", "./sub/c.jpeg"]
    assert list(find_photos(["*.jpg"])) == ["a.jpg", "broken.jpg"]
    assert list(find_photos(["**/*.jpeg"])) == ["sub/c.jpeg"]
    assert list(find_photos(["s*"])) == ["sub/c.jpeg"]
    assert list(find_photos(["*.png"])) == []
    assert list(find_photos(["a.jpg", "a.jpg", "none.jpg"])) == ["a.jpg", "none.jpg"]


def test_a_file_whose_name_looks_like_a_glob(photo_folder, monkeypatch):
    monkeypatch.chdir(photo_folder)
    (photo_folder / "a.jpg").rename("trip[1].jpg")
    assert list(find_photos(["trip[1].jpg"])) == ["trip[1].jpg"]


def test_control_characters_do_not_reach_the_terminal(run, photo_folder):
    name = photo_folder / "x\x1b[31m\n.jpg"
    (photo_folder / "a.jpg").rename(name)
    assert "\x1b" not in run(name, "-f", "table").stdout
    assert printable("é\x1b\n\udcff") == "é\\x1b\\n\\udcff"


def cli_process(*arguments, **options):
    command = [sys.executable, "-m", "triovision", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, **options)


def test_a_real_process(photo_folder, tiny_bundle):
    done = cli_process("predict", photo_folder, "--model", tiny_bundle)
    assert done.returncode == 1
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 4
    assert b"Traceback" not in done.stderr


def test_an_error_is_one_line_in_a_real_process(tmp_path):
    (tmp_path / "m.onnx").write_text("not a model")
    done = cli_process("predict", "a.jpg", "--model", tmp_path / "m.onnx")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("triovision: error: ")
    assert done.stderr.count(b"\n") == 1


def test_a_missing_provider_is_said_in_a_real_process(photo_folder, tiny_bundle):
    photo = photo_folder / "a.jpg"
    done = cli_process("predict", photo, "--model", tiny_bundle, "--provider", "CUDAExecutionProvider")
    assert done.returncode == 0
    assert done.stderr.decode().startswith("triovision: warning: CUDAExecutionProvider asked for but not available")


def test_a_reader_that_leaves_ends_the_run_quietly(photo_folder, tiny_bundle):
    photos = [photo_folder / "a.jpg", photo_folder / "b.JPG"] * 2 + [photo_folder / "sub" / "c.jpeg"]
    command = [sys.executable, "-m", "triovision", "predict", "--model", str(tiny_bundle), *map(str, photos)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait()


def test_a_file_name_that_is_not_utf8(photo_folder, tiny_bundle):
    raw = os.fsencode(photo_folder) + b"/caf\xe9.jpg"
    (photo_folder / "a.jpg").rename(os.fsdecode(raw))
    done = cli_process("predict", "--model", tiny_bundle, os.fsdecode(raw))
    assert done.returncode == 0
    assert json.loads(done.stdout)["photo"].endswith("caf\udce9.jpg")

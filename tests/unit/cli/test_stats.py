import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from triovision.cli import cli
from triovision.errors import TrioVisionError


@pytest.fixture
def folder(tmp_path):
    rows = [
        {"country_code": code, "split": "train", "licence": "[bold]CC0[/bold]"} for code in ("FR", "FR", "JP", "BR")
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "manifest.parquet")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["data", "stats", *map(str, arguments)])


def test_table_and_report(folder):
    result = run(folder, "--lang", "fr", "--top", 2, "--rare-below", 2, "--to", folder / "report.html")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    france, brazil = (next(line for line in lines if f"│ {code} " in line) for code in ("FR", "BR"))
    assert "France" in france
    assert "rare" not in france
    assert "Brésil" in brazil
    assert "rare" in brazil
    assert "... and 1 countries more (--top 3 shows all)" in result.stdout
    assert "[bold]CC0[/bold]" in result.stdout
    assert "4 photos, 3 countries, 2 rare, under 2" in result.stdout
    assert "Brésil" in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("--to", "x.pdf"), ("--lang", "xx")])
def test_nonsense_is_told_before_anything_is_read(tmp_path, arguments):
    result = run(tmp_path / "nowhere", *arguments)
    assert isinstance(result.exception, TrioVisionError)
    assert "nowhere" not in str(result.exception)

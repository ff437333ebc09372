import pytest

from triovision.data.gldv2.kept import licence_key, write_kept_ids
from triovision.errors import DataError

HEADER = "id,url,author,license,title\n"


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("https://creativecommons.org/licenses/by-sa/3.0", "cc-by-sa-3.0"),
        ("http://creativecommons.org/licenses/by/2.0/de/deed.en", "cc-by-2.0-de"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "public-domain"),
        ("CC BY-SA 4.0", "cc-by-sa-4.0"),
        ("cc_by", "cc-by"),
        ("CC0", "cc0"),
        ("CC0 1.0", "cc0"),
        ("Public domain", "public-domain"),
        ("PD", "public-domain"),
        ("GFDL", "gfdl"),
        (" ", "unstated"),
    ],
)
def test_each_licence_has_one_spelling(statement, key):
    assert licence_key(statement) == key


@pytest.fixture
def table(tmp_path):
    statements = ["CC BY 3.0", "CC BY 4.0", "CC BY-SA 3.0", "CC BY-NC 3.0", "CC0", "", "CC BY 3.0 DE", "odd, quoted"]
    path = tmp_path / "train_attribution.csv"
    rows = [f'{index:016x},u,"an ""author""\non two lines","{text}",t\n' for index, text in enumerate(statements)]
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (["cc-by"], [0, 1, 6]),
        (["CC BY 3.0"], [0, 6]),
        (["cc-by-sa"], [2]),
        (["https://creativecommons.org/licenses/by-nc/3.0/"], [3]),
        (["cc0", "cc-by-sa"], [2, 4]),
        (["free"], [0, 1, 2, 4, 6]),
        (["unstated"], [5]),
    ],
)
def test_a_choice_keeps_its_versions_and_no_other_terms(table, tmp_path, chosen, kept):
    facts = write_kept_ids(table, chosen, tmp_path / "kept.txt")
    assert (tmp_path / "kept.txt").read_text().split() == [f"{index:016x}" for index in kept]
    assert facts.kept.total() + facts.left_out.total() == 8
    assert facts.unmatched == ()


def test_a_choice_that_nothing_has_is_named(table, tmp_path):
    assert write_kept_ids(table, ["cc0", "cc-bye"], tmp_path / "kept.txt").unmatched == ("cc-bye",)


def test_a_choice_that_keeps_nothing_is_refused_and_writes_nothing(table, tmp_path):
    with pytest.raises(DataError, match=r"no photo has it; the table has cc-by-3\.0 \(1\)"):
        write_kept_ids(table, ["cc-bye"], tmp_path / "kept.txt")
    assert not (tmp_path / "kept.txt").exists()


def test_rows_that_are_none_are_counted(table, tmp_path):
    with table.open("ab") as file:
        file.write(b"zz,u,a,CC0,t\nff,u\n\n00000000000000ff,u,caf\xe9,CC0,t\n")
    facts = write_kept_ids(table, ["cc0"], tmp_path / "kept.txt")
    assert (facts.kept["cc0"], facts.unreadable) == (2, 2)


@pytest.mark.parametrize("content", [None, HEADER + "x" * 200_000], ids=["missing", "one endless field"])
def test_a_table_that_cannot_be_read_is_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "t.csv").write_text(content)
    with pytest.raises(DataError, match=r"t\.csv: "):
        write_kept_ids(tmp_path / "t.csv", ["cc0"], tmp_path / "kept.txt")

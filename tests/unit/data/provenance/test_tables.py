import pyarrow as pa
import pytest
from pyarrow import parquet

from triovision.data.provenance.claims import SourceReport
from triovision.data.provenance.tables import read_texts
from triovision.errors import DataError

WANTED = {"name": ("name", "title"), "value": ("value",)}


def read(path, **options):
    report = SourceReport("coordinates")
    return list(read_texts(path, WANTED, report, **options)), report.counts


def test_a_csv_with_a_byte_order_mark_and_line_breaks_in_values(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes('\ufeffid, Name ,value\n1,"a\nb", x \n'.encode())
    rows, counts = read(path)
    assert rows == [{"name": "a\nb", "value": "x"}]
    assert counts["rows"] == 1


def test_a_row_with_too_many_fields_is_counted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,value\na,1\nb,2,3\nc\nd,4\n")
    rows, counts = read(path)
    assert [row["name"] for row in rows] == ["a", "d"]
    assert counts == {"rows": 4, "rows with another number of fields than the header": 2}


def test_parquet_numbers_and_nulls_become_texts(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"title": [1, None], "value": [0.5, 2.0]}), path)
    assert read(path)[0] == [{"name": "1", "value": "0.5"}, {"name": "", "value": "2"}]


def test_a_column_that_is_not_needed_may_be_missing(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name\na\n")
    assert read(path, needs=[("name",), ("value",)])[0] == [{"name": "a", "value": ""}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"name,value\n", "holds a header but no row that fits"),
        (b"name,other\n1,2\n", "has no column `value`; its columns are name, other"),
        (b"name;value\n1;2\n", "separated by semicolons"),
        (b"name,name,value\n1,2,3\n", "stands twice"),
        ("name,value\nM\xfcnchen,1\n".encode("latin-1"), "not UTF-8"),
        ("name,val\xfce\n1,1\n".encode("latin-1"), "not UTF-8"),
        ("name,value\nx,1\n".encode("utf-16"), "not UTF-8"),
        (b"PAR1 but not really", "not a Parquet file"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_clear_line(tmp_path, content, problem):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_an_open_quotation_mark_is_told(tmp_path):
    path = tmp_path / "t.csv"
    for lines in (1_000, 7_000_000):
        path.write_text("name,value\n" + "b,2\n" * 10 + '"a,1\n' + "b,2\n" * lines)
        with pytest.raises(DataError, match="is a quotation mark missing"):
            read(path)


def test_rows_that_a_quotation_mark_swallowed_are_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('name,value\n"a,1\nb,2\nc",3\n')
    assert read(path)[1]["values with a line break; is a quotation mark missing?"] == 1


def test_a_parquet_file_of_lists_is_told(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"name": [{"a": 1}], "value": [1]}), path)
    with pytest.raises(DataError, match="not a Parquet file that can be read"):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "none.csv")

import pytest

from triovision.data.table import find_country, read_drop_list, read_table
from triovision.errors import CountryError, DataError


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "photos.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_codes_and_names_become_codes(tmp_path):
    path = write(tmp_path, "photo,country\na.jpg,fr\nb.jpg,Côte d’Ivoire\nc.jpg,United States of America\n")
    samples, rejects, _ = read_table(path)
    assert [sample.country_code for sample in samples] == ["FR", "CI", "US"]
    assert not rejects


def test_optional_columns_are_read(tmp_path):
    head = "photo,country_code,source,landmark,licence,origin,latitude,longitude,split,other\n"
    path = write(tmp_path, head + "a.jpg,PE,kiki,Machu-Picchu,CC0,someone,-13.16,-72.54,val,x\n")
    sample = read_table(path)[0][0]
    assert (sample.collection, sample.landmark, sample.licence, sample.author, sample.split) == (
        "kiki", "machupicchu", "CC0", "someone", "val",
    )  # fmt: skip
    assert (sample.latitude, sample.longitude) == (-13.16, -72.54)


def test_a_byte_order_mark_and_blank_around_values_are_no_matter(tmp_path):
    path = write(tmp_path, "photo , country_code\n a.jpg , FR \n", "utf-8-sig")
    assert read_table(path)[0][0].photo == "a.jpg"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; write a header"),
        ("photo,country_code\n", "holds a header but no rows"),
        ("picture,country_code\na.jpg,FR\n", "has no column `photo`; its columns are picture, country_code"),
        ("photo,land\na.jpg,FR\n", "has no column `country_code` or `country`"),
        ("photo;country_code\na.jpg;FR\n", "separated by semicolons"),
        ("photo,country_code\na.jpg,FR\na.jpg,FR\nb.jpg,FR\nb.jpg,DE\n", "2 rows name a photo.*first 'a.jpg'"),
        ("photo,country_code\na.jpg\n", "line 2 has another number of fields"),
        ("photo,country_code\na.jpg,FR,\n", "line 2 has another number of fields"),
        ("photo,country_code,photo\na.jpg,FR,a\n", "column 'photo' stands twice"),
        ('photo,country_code\n"a.jpg"x,FR\n', "not a CSV"),
    ],
)
def test_a_broken_table_is_one_clear_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message) as caught:
        read_table(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_another_encoding_is_said(tmp_path):
    with pytest.raises(DataError, match="save it as CSV with encoding UTF-8"):
        read_table(write(tmp_path, "photo,country\na.jpg,Österreich\n", "latin-1"))


def test_a_table_that_is_not_there_is_said(tmp_path):
    with pytest.raises(DataError, match=r"cannot be read \(No such file"):
        read_drop_list(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.jpg,FR,91,0,", "bad row: latitude '91' is not within -90..90 degrees"),
        ("a.jpg,FR,0,-181,", "bad row: longitude '-181' is not within"),
        ("a.jpg,FR,nan,0,", "bad row: latitude 'nan'"),
        ("a.jpg,FR,north,0,", "bad row: latitude 'north'"),
        ("a.jpg,FR,5,,", "bad row: latitude and longitude belong together"),
        ("a.jpg,FR,,,dev", "bad row: split 'dev' is none of train, val, test"),
        ("a.jpg,ZZ,,,", "unknown country: 'ZZ'"),
        ("a.jpg,,,,", "unknown country: it is blank"),
        (",FR,,,", "unreadable: the row names no photo"),
    ],
)
def test_a_bad_row_is_left_out_with_its_reason(tmp_path, row, reason):
    split = "train" if "dev" in row else ""
    text = f"photo,country_code,latitude,longitude,split\ngood.jpg,FR,,,{split}\n{row}\n"
    samples, rejects, _ = read_table(write(tmp_path, text))
    assert [sample.photo for sample in samples] == ["good.jpg"]
    assert rejects[0].reason.startswith(reason)


def test_a_blank_country_is_no_country():
    with pytest.raises(CountryError):
        find_country("  ")


def test_names_that_no_disk_holds_are_only_missing_files(tmp_path):
    path = write(tmp_path, f"photo,country_code\n{'a' * 5000}.jpg,FR\n../../up.jpg,FR\n")
    assert len(read_table(path)[0]) == 2

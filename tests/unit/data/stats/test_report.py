import re
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from triovision.data.stats import DataCounts, raster, write_report
from triovision.data.stats.charts import Naming
from triovision.data.stats.drawing import COLOURS, Area, Drawing, Line, Rect, Text
from triovision.data.stats.raster import can_write, paint
from triovision.errors import CountryError, DataError

COUNTS = DataCounts(
    "<holiday> & more",
    {
        "FR": Counter(train=250_000, test=900),
        "JP": Counter(train=2_000),
        "BR": Counter(train=300),
        "VA": Counter(train=40),
        "AQ": Counter(val=1),
    },
    Counter({"CC0": 200_000, "<script>alert(1)</script>": 53_241}),
    Counter(gps=253_241),
    Counter({f"author {number}": 10 for number in range(20)}),
    {"train": 7, "all": 7},
    labels=4,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "made" / "report.html"
    write_report(COUNTS, path, "fr", 1000)
    return path.read_text(encoding="utf-8")


def test_page_loads_nothing(page):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.extend(
        (tag, *pair) for pair in attributes if pair[0] in ("src", "href") or tag in ("script", "link", "img", "iframe")
    )
    parser.feed(page)
    assert found == []
    assert not re.search(r"https?://|@import|url\(", page)


def test_drawings_are_well_formed_and_say_what_they_show(page):
    drawings = [ET.fromstring(text) for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314 - our own
    assert len(drawings) == 6
    titles = {title.text for title in drawings[0].iter("title")}
    assert {"France: 250,900 photos", "Japon: 2,000 photos", "Antarctique: 1 photo"} <= titles
    bars = {title.text for title in drawings[1].iter("title")}
    assert "France (FR): 250,900 photos (train 250,000, test 900)" in bars
    roles = {role for drawing in drawings for role in re.findall(r'class="([\w ]+)"', ET.tostring(drawing).decode())}
    assert {word for role in roles for word in role.split()} <= {*COLOURS, "edged", "line"}


def test_words_from_the_data_are_only_words(page):
    assert "<script>" not in page
    assert "<holiday>" not in page
    assert "&lt;holiday&gt; &amp; more" in page


def test_rare_countries_are_marked(page):
    assert re.search(r"Brésil</td><td>BR</td><td>300</td><td>rare", page)
    assert re.search(r"Japon</td><td>JP</td><td>2,000</td><td></td>", page)


def test_picture_shows_countries_in_their_colours(tmp_path):
    write_report(COUNTS, tmp_path / "report.PNG", "ja", 1000)
    with Image.open(tmp_path / "report.PNG") as picture:
        assert picture.width > 1500
        colours = {colour for count, colour in picture.convert("RGB").getcolors(1 << 24) if count > 20}
    for role in ("sea", "none", "rare2", "rare3", "common1", "common3"):
        light = COLOURS[role][0]
        assert tuple(int(light[at : at + 2], 16) for at in (1, 3, 5)) in colours, role


def test_other_suffixes_and_languages_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"reports are written as \.html or \.png"):
        write_report(COUNTS, tmp_path / "report.pdf", "en", 1000)
    with pytest.raises(CountryError, match="no language"):
        write_report(COUNTS, tmp_path / "report.html", "xx", 1000)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_report(COUNTS, tmp_path / "file" / "report.html", "en", 1000)


@pytest.mark.parametrize(
    ("count", "role"),
    [(0, "none"), (1, "rare1"), (9, "rare1"), (10, "rare2"), (100, "rare3"), (999, "rare3"), (1000, "common1"),
     (9999, "common1"), (10_000, "common2"), (10**5, "common3"), (10**7, "common3")],
)  # fmt: skip
def test_amber_is_rare(count, role):
    assert Naming({}, 1000).role(count) == role


def test_legend_fits_its_rule():
    assert [text for _, text in Naming({}, 1000).legend()] == [
        "none", "1 - 9", "10 - 99", "100 - 999", "1,000 - 9,999", "10,000 - 99,999", "100,000 or more",
    ]  # fmt: skip
    assert [text for _, text in Naming({}, 5).legend()][:3] == ["none", "1 - 4", "5 - 49"]


def test_even_odd_rule_leaves_holes():
    square = ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0))
    hole = ((3.0, 3.0), (7.0, 3.0), (7.0, 7.0), (3.0, 7.0))
    drawing = Drawing("", 10, 10, marks=[Rect(0, 0, 10, 10, "sea"), Area((square, hole), "text")])
    pixels = np.asarray(paint(drawing, 4).convert("L"))
    assert pixels[8, 20] < 60
    assert pixels[20, 20] > 200


def test_dashes_have_gaps():
    drawing = Drawing("", 100, 4, marks=[Line(0, 2, 100, 2, "text", 2, dashed=True), Text(2, 2, "a", 3)])
    row = np.asarray(paint(drawing, 2).convert("L"))[4]
    assert 0.3 < (row < 128).mean() < 0.7


def test_names_that_no_font_can_write_are_known(monkeypatch):
    assert can_write("Italy")
    assert not can_write("\uffff")
    # A machine without fonts has Pillow's own, which has no accents.
    monkeypatch.setattr(raster, "_FONTS", ())
    raster._font.cache_clear()
    assert can_write("Italy")
    assert not can_write("Réunion")
    raster._font.cache_clear()

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from triovision.app.frontend import frontend_built
from triovision.app.report import write_report
from triovision.app.report.world import MAP_HEIGHT, MAP_WIDTH, country_paths
from triovision.countries import get_region

pytestmark = pytest.mark.skipif(not frontend_built(), reason="the page's files are not built: make frontend")


def outlined(report):
    return {match[1] for match in re.finditer(r'stroke-width="1.0" data-country="(..)"', report)}


def test_the_report_needs_nothing_else(photo, classifier, words):
    report = write_report(photo, classifier.metadata, words, 5)
    addresses = set(re.findall(r"https?://[^\"'\s)]+", report))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "<script" not in report
    assert report.startswith("<!doctype html>")
    assert f'lang="{words.language}"' in report
    assert words("report.title") in report
    assert report.count("<svg") >= 3


@pytest.mark.parametrize(
    ("level", "place", "codes"),
    [("country", "FR", {"FR"}), ("sub_region", "155", set(get_region("155").members)), ("not_sure", None, set())],
)
def test_the_map_outlines_the_answer(answered, classifier, words, level, place, codes):
    report = write_report(answered(level, place), classifier.metadata, words, 5)
    assert outlined(report) == codes & country_paths().keys()


def test_a_hostile_name_stays_text(photo, classifier, words):
    report = write_report(replace(photo, name="<script>alert(1)</script>.jpg"), classifier.metadata, words, 5)
    assert "<script" not in report
    assert "&lt;script&gt;" in report


def test_the_world_fits_on_the_map():
    paths = country_paths()
    assert len(paths) >= 240
    numbers = [
        tuple(map(float, point.split())) for point in re.findall(r"[ML]([-\d.]+ [-\d.]+)", paths["FR"] + paths["JP"])
    ]
    assert all(0 <= x <= MAP_WIDTH and 0 <= y <= MAP_HEIGHT for x, y in numbers)


def test_no_country_has_a_line_across_the_map():
    for code in ("RU", "US", "FJ", "NZ"):
        for ring in country_paths()[code].split("M")[1:]:
            xs = [float(point.split()[0]) for point in ring.rstrip("Z").split("L")]
            assert max(abs(a - b) for a, b in pairwise(xs)) < MAP_WIDTH / 4

from html.parser import HTMLParser

import pytest

from triovision.evaluation.compare import compare_outputs
from triovision.evaluation.page import make_page
from triovision.evaluation.report import make_report

CONTEXT = {
    "bundle": "new.onnx",
    "bundle_sha256": "sha256:" + "a" * 64,
    "model": "tiny",
    "data_hash": "sha256:" + "b" * 64,
    "split": "test",
    "seed": 0,
}
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that what opens closes."""

    def __init__(self):
        super().__init__()
        self.open, self.attributes, self.text, self.anchors = [], [], "", []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@pytest.fixture
def content(draw_outputs):
    return {**CONTEXT, **make_report(draw_outputs(80), 0, (1, 50, 10, 10))}


def test_the_page_says_what_the_report_says(content):
    text = read(make_page(content, {})).text
    assert f"{100 * content['figures']['top1_accuracy']:.1f} %" in text
    assert f"{content['figures']['expected_calibration_error']:.3f}" in text
    assert f"{content['calibration_floor']:.3f}" in text
    for part in (
        "What it answers",
        "How sure it is",
        "The 90 % country sets",
        "Its surest mistakes",
        "Rare, 1 training",
    ):
        assert part in text


def test_the_page_needs_nothing_from_anywhere(content):
    page = make_page(content, {"s1": "data:image/jpeg;base64,AAAA"})
    reader = read(page)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert not [row for row in reader.attributes if row[1] == "src" and not row[2].startswith("data:image/")]
    assert "url(" not in page
    assert "prefers-color-scheme: dark" in page


def test_what_comes_from_files_is_escaped(content):
    hostile = "<img src=x onerror=alert(1)>"
    content = {**content, "model": hostile, "bundle": hostile, "split": hostile, "data_hash": hostile}
    content["surest_mistakes"] = [{**content["surest_mistakes"][0], "photo": hostile, "sample_id": "s"}]
    page = make_page(content, {"s": '"><script>'})
    assert "<img src=x" not in page
    assert "<script" not in page
    read(page)


def test_thumbnails_stand_with_their_mistakes(content):
    sample_id = content["surest_mistakes"][0]["sample_id"]
    assert 'src="data:image/jpeg;base64,QUJD"' in make_page(content, {sample_id: "data:image/jpeg;base64,QUJD"})
    assert "<img" not in make_page(content, {})


def test_a_second_bundle_stands_beside_the_first(content, draw_outputs, make_outputs):
    one = draw_outputs(80)
    worse = make_outputs([[0.25, 0.25, 0.25, 0.25]] * 80, one.true_codes)
    content["against"] = {**CONTEXT, "bundle": "old.onnx", **make_report(worse)}
    content["comparison"] = compare_outputs(one, worse)
    text = read(make_page(content, {})).text
    assert "Against old.onnx" in text
    assert "better" in text
    assert "McNemar" in text


def test_a_report_without_training_counts_or_known_countries_still_makes_a_page(make_outputs):
    report = make_report(make_outputs([[0.4, 0.3, 0.2, 0.1]], ["PE"]))
    text = read(make_page({**CONTEXT, **report}, {})).text
    assert "Of countries that the model does not know: 1 of the photos" in text

"""The real app in a real browser; `conftest` refuses and counts every request beyond this machine."""

import base64
import csv
import io
import json
import re
import runpy
from pathlib import Path

import pytest

from triovision import CountryClassifier
from triovision.bundle import Thresholds, metadata_to_json
from triovision.decision import place_name, prediction_record

ACTIONS = runpy.run_path(str(Path(__file__).with_name("app_page.py")))
ANSWER, SAMPLE, TABS, FOCUSED, FIND_VIDEO = (
    ACTIONS[name] for name in ("ANSWER", "SAMPLE", "TABS", "FOCUSED", "FIND_VIDEO")
)
give, give_sample, open_app, open_tab, wait_for_answer, settle, expect = (
    ACTIONS[name] for name in ("give", "give_sample", "open_app", "open_tab", "wait_for_answer", "settle", "expect")
)


@pytest.fixture(scope="module")
def prediction():
    return CountryClassifier.load().predict(SAMPLE.read_bytes(), name=SAMPLE.name)


# A map drawn in software takes seconds; less motion and fewer pixels spare some of them.
QUICK = {"viewport": {"width": 1100, "height": 720}, "reduced_motion": "reduce"}


@pytest.fixture
def page(new_page):
    return new_page(**QUICK)


@pytest.fixture
def sample_page(page, app_url):
    open_app(page.page, app_url)
    give(page.page, SAMPLE)
    wait_for_answer(page.page)
    return page.page


def named(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_an_upload_gets_the_answer_of_the_model(sample_page, prediction, page):
    assert sample_page.locator(ANSWER).inner_text() == place_name(prediction.answer())
    shown = sample_page.locator(".tv-ranked .tv-share").all_inner_texts()
    assert shown[0] == f"{100 * prediction.top(1)[0][1]:.1f} %"
    assert len(shown) == 6
    assert sample_page.locator("figure.tv-photo img").get_attribute("alt") == "The photo summer-palace.jpg"
    assert page.console_errors == []


def test_every_tab_shows_what_it_promises(sample_page, prediction):
    open_tab(sample_page, "map")
    globe = sample_page.locator(".map")
    assert globe.get_attribute("data-predicted") in {None, "", prediction.answer().country_code}
    open_tab(sample_page, "charts")
    expect(sample_page.locator(".js-plotly-plot")).to_have_count(3 + 5)
    open_tab(sample_page, "evidence")
    layer, slider = sample_page.locator("figure .layer").first, sample_page.locator("#opacity")
    slider.fill("0")
    expect(layer).to_have_css("opacity", "0")
    slider.press("ArrowRight")
    expect(layer).to_have_css("opacity", "0.05")
    open_tab(sample_page, "model")
    assert "Apache-2.0" in sample_page.locator("[class*='st-key-tv-card-model']").inner_text()


def test_the_table_sorts_by_every_column(sample_page, prediction):
    open_tab(sample_page, "details")
    table = sample_page.locator("table").first
    first = table.locator("tbody tr").first.locator("td, th")
    expect(table.locator("tbody tr")).to_have_count(len(prediction.country_codes))
    table.get_by_role("button", name="Country").click()
    expect(table.locator("[aria-sort=ascending]")).to_have_text(re.compile("^Country"))
    expect(first.nth(1)).to_have_text(re.compile(r"^\s*A"))
    table.get_by_role("button", name="Country").press("Enter")
    expect(first.nth(1)).to_have_text(re.compile(r"^\s*Z"))


def test_what_is_downloaded_is_what_the_command_line_writes(sample_page, prediction):
    open_tab(sample_page, "details")
    content = {}
    for label in ("CSV", "GeoJSON", "JSON", "Report to print"):
        with sample_page.expect_download() as download:
            sample_page.get_by_role("button", name=label, exact=True).click()
        content[label] = download.value.path().read_text("utf-8")
    record = json.loads(json.dumps(prediction_record(prediction, 5, "en")))
    assert json.loads(content["JSON"]) == [record]
    (row,) = csv.DictReader(io.StringIO(content["CSV"]))
    assert row["photo"] == "summer-palace.jpg"
    assert json.loads(content["GeoJSON"])["type"] == "FeatureCollection"
    assert place_name(prediction.answer()) in content["Report to print"]


def test_several_photos_broken_ones_and_a_name_with_markup(page, app_url, jpeg_bytes):
    screen = page.page
    open_app(screen, app_url)
    hostile = "<img src=x onerror=window.hacked=1>.jpg"
    give(
        screen,
        named(SAMPLE.name, SAMPLE.read_bytes()),
        named(hostile, jpeg_bytes),
        named("cut.jpg", jpeg_bytes[:80]),
        named("a.pdf", b"%PDF-1.7"),
    )
    photos = screen.locator(".strip .photo")
    expect(photos).to_have_count(2)
    screen.wait_for_selector(".tv-refused")
    settle(screen)
    refused = screen.locator(".tv-refused").inner_text()
    assert "2 photos were not read" in refused
    assert "cut.jpg" in refused
    assert "a.pdf This is not a photo that TrioVision reads." in refused
    assert photos.nth(1).locator(".name").inner_text() == hostile
    assert hostile in screen.locator(".tv-facts").inner_text()
    photos.nth(0).click()
    screen.locator(".tv-facts", has_text="summer-palace.jpg").wait_for()
    screen.locator(".strip .remove").nth(1).click()
    screen.locator(".strip").wait_for(state="detached")
    screen.get_by_role("button", name="Understood").click()
    screen.locator(".tv-refused").wait_for(state="detached")
    assert screen.evaluate("window.hacked") is None


def test_a_photo_can_be_pasted_and_dropped(page, app_url):
    screen = page.page
    open_app(screen, app_url)
    bring = """([type, name, data]) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const carried = new DataTransfer();
        carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
        const key = type === "paste" ? "clipboardData" : "dataTransfer";
        const make = type === "paste" ? ClipboardEvent : DragEvent;
        document.body.dispatchEvent(new make(type, { [key]: carried, bubbles: true, cancelable: true }));
    }"""
    data = base64.b64encode(SAMPLE.read_bytes()).decode()
    screen.evaluate(bring, ["paste", "pasted.jpg", data])
    screen.locator(".tv-facts", has_text="pasted.jpg").wait_for()
    screen.evaluate(bring, ["drop", "dropped.jpg", data])
    screen.locator(".tv-facts", has_text="dropped.jpg").wait_for()


def test_the_camera_takes_a_photo(page, app_url):
    screen = page.page
    open_app(screen, app_url)
    screen.locator("button[data-focus=camera]").click()
    screen.wait_for_function(FIND_VIDEO)
    screen.get_by_role("button", name="Take the photo").click()
    screen.locator(".tv-facts", has_text="camera-").wait_for()


def test_a_file_above_the_limit_is_refused_before_it_is_sent(page, app_url):
    screen = page.page
    open_app(screen, app_url)
    screen.evaluate("() => Object.defineProperty(File.prototype, 'size', { get: () => 65 * 2 ** 20 })")
    give(screen, named("huge.jpg", b"x" * 100))
    expect(screen.locator("p.status").first).to_contain_text("huge.jpg is larger than 64 MB")


def test_ones_own_model(page, app_url, tiny_graph, tiny_metadata, bundle_bytes):
    screen = page.page
    open_app(screen, app_url)
    give_sample(screen)
    always = tiny_metadata(thresholds=Thresholds(country=0.01, sub_region=1.0, region=1.0))
    good = bundle_bytes(tiny_graph(), metadata_to_json(always))
    screen.get_by_role("button", name="Settings").click()
    for name, data in (("evil.onnx", b"\x08\x07" * 400), ("mine.onnx", good)):
        with screen.expect_file_chooser() as chooser:
            screen.get_by_role("button", name="Choose a model file").click()
        chooser.value.set_files(named(name, data))
        if name == "evil.onnx":
            screen.get_by_text("evil.onnx cannot be used: it is not a bundle").wait_for()
    code, _ = CountryClassifier.load(good).predict(SAMPLE).top(1)[0]
    screen.locator(f".tv-place .tv-flag[src$='{code.lower()}.svg']").wait_for(state="attached")
    screen.keyboard.press("Escape")
    screen.locator(f".map[data-ready][data-predicted={code}][data-predicted-fill^='#']").wait_for()
    expect(screen.locator(".tv-place .tv-flag")).to_have_attribute("src", f"app/static/flags/{code.lower()}.svg")


def test_more_countries_when_asked_for(sample_page):
    sample_page.get_by_role("button", name="Settings").click()
    slider = sample_page.get_by_role("slider", name="Countries shown")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    sample_page.wait_for_function("() => document.querySelectorAll('.tv-ranked .tv-share').length === 16")


def test_dark_mode_by_the_switch_and_back(sample_page):
    ground = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    before = sample_page.evaluate(ground)
    sample_page.locator("button[data-focus=dark]").click()
    sample_page.wait_for_function(f"() => ({ground})() === 'rgb(15, 20, 36)'")
    expect(sample_page.locator("button[data-focus=dark]")).to_have_attribute("aria-pressed", "true")
    expect(sample_page.locator(ANSWER)).to_be_visible()
    sample_page.locator("button[data-focus=light]").click()
    sample_page.wait_for_function(f"() => ({ground})() === '{before}'")


def test_dark_mode_as_the_system_has_it_and_remembered(new_page, app_url):
    screen = new_page(**QUICK, color_scheme="dark").page
    open_app(screen, app_url)
    screen.wait_for_function(
        "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(15, 20, 36)'"
    )
    screen.locator("button[data-focus=light]").click()
    screen.wait_for_function("() => document.documentElement.dataset.tvTheme === 'light'")
    open_app(screen, app_url)
    screen.wait_for_function(
        "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(246, 247, 252)'"
    )


def test_a_phone_needs_no_sideways_scrolling(new_page, app_url):
    screen = new_page(
        reduced_motion="reduce", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ).page
    open_app(screen, app_url)
    give_sample(screen)
    for name in TABS:
        open_tab(screen, name)
        assert screen.evaluate("document.documentElement.scrollWidth") <= 390, name
        widest = screen.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-testid=stMainBlockContainer] *')]"
            ".filter((n) => !n.closest('.scroll, [role=tablist]')).map((n) => n.getBoundingClientRect().right))"
        )
        assert widest <= 392, name


def test_the_keyboard_is_enough(page, app_url):
    screen = page.page
    open_app(screen, app_url)
    for _ in range(20):
        screen.keyboard.press("Tab")
        if screen.evaluate(FOCUSED) == "sample":
            break
    screen.keyboard.press("Enter")
    screen.wait_for_selector(ANSWER)
    screen.locator("[role=tab]").first.focus()
    screen.keyboard.press("ArrowRight")
    screen.keyboard.press("Enter")
    screen.locator(".js-plotly-plot").first.wait_for()

"""Photos of every kind and number in a real browser: none is lost, and what is kept is bounded."""

import io
import runpy
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from triovision import CountryClassifier
from triovision.decision import place_name

ACTIONS = runpy.run_path(str(Path(__file__).with_name("app_page.py")))
ANSWER, SAMPLE = ACTIONS["ANSWER"], ACTIONS["SAMPLE"]
give, give_sample, open_app, open_tab, wait_for_answer, settle, expect = (
    ACTIONS[name] for name in ("give", "give_sample", "open_app", "open_tab", "wait_for_answer", "settle", "expect")
)
QUICK = {"viewport": {"width": 1100, "height": 720}, "reduced_motion": "reduce"}
KEPT = 60
PRINTED = ("en", "Settings", "Countries shown"), ("fr", "Réglages", "Pays affichés")


@pytest.fixture
def screen(new_page, app_url):
    opened = new_page(**QUICK).page
    open_app(opened, app_url)
    return opened


def photo_file(number, size=(96, 72)):
    """A small photo that differs from all others."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (number % 256, 90, 160)).save(buffer, "JPEG")
    return {"name": f"{number:03d}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue() + str(number).encode()}


def heic_from_sydney():
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 24.0), 3: "E", 4: (151.0, 12.0, 36.0)})
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    buffer = io.BytesIO()
    with Image.open(SAMPLE) as sample:
        pillow_heif.from_pillow(sample.convert("RGB")).save(buffer, quality=90, exif=exif.tobytes())
    return buffer.getvalue()


def test_a_heic_photo_gets_an_answer_and_its_gps_is_held_against_it(screen):
    data = heic_from_sydney()
    prediction = CountryClassifier.load().predict(data, name="IMG_0042.HEIC")
    give(screen, {"name": "IMG_0042.HEIC", "mimeType": "image/heic", "buffer": data})
    wait_for_answer(screen)
    assert screen.locator(ANSWER).inner_text() == place_name(prediction.answer())
    assert screen.locator(".tv-ranked .tv-share").first.inner_text() == f"{100 * prediction.top(1)[0][1]:.1f} %"
    facts = screen.locator(".tv-facts").inner_text()
    assert "6 May 2024" in facts
    assert "(Australia)" in facts
    assert "GPS says Australia" in screen.locator(".tv-badges").inner_text()
    width = screen.locator("figure.tv-photo img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert width > 0  # no browser but Safari draws HEIC itself


def test_of_more_photos_than_fit_none_is_lost_and_the_oldest_make_room(screen):
    give(screen, *map(photo_file, range(KEPT + 5)))
    screen.get_by_text(f"This page keeps {KEPT} photos; the oldest made room.").wait_for()
    screen.locator(".strip .photo", has_text=f"{KEPT + 4:03d}.jpg").wait_for()
    kept = [f"{number:03d}.jpg" for number in range(5, KEPT + 5)]
    expect(screen.locator(".strip .name")).to_have_text(kept)


def test_who_clicks_while_photos_are_looked_at_loses_none(screen):
    give(screen, *(photo_file(number, (3000, 2000)) for number in range(100, 110)))
    screen.get_by_text("Looking at photo").first.wait_for()
    screen.get_by_text("Français").click()
    screen.locator(".strip .photo", has_text="109.jpg").wait_for()
    expect(screen.locator(".strip .photo")).to_have_count(10)
    screen.get_by_text("Déposez d’autres photos").wait_for()


def test_another_language_leaves_the_tab_open(screen):
    give_sample(screen)
    open_tab(screen, "details")
    screen.get_by_text("Français").click()
    screen.get_by_role("tab", name="Détails", selected=True).wait_for()
    screen.locator(".scroll table caption", has_text="Tous les chiffres").wait_for()


@pytest.mark.parametrize(("language", "settings", "slider"), PRINTED)
def test_the_report_prints_on_one_page(new_page, app_url, tmp_path, language, settings, slider):
    opened = new_page(**QUICK, locale=language).page
    open_app(opened, app_url)
    with Image.open(SAMPLE) as sample:
        sample.convert("RGB").crop((0, 0, 200, 427)).save(tmp_path / "upright.jpg")
    give(opened, tmp_path / "upright.jpg")
    wait_for_answer(opened)
    opened.get_by_role("button", name=settings).click()
    opened.get_by_role("slider", name=slider).press("End")
    opened.wait_for_function("() => document.querySelectorAll('.tv-ranked .tv-share').length === 16")
    opened.keyboard.press("Escape")
    open_tab(opened, "details")
    with opened.expect_download() as download:
        opened.locator("[class*='st-key-details-report'] button").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    opened.set_content(report.read_text(encoding="utf-8"))
    opened.evaluate("document.fonts.ready.then(() => true)")
    printed = opened.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1

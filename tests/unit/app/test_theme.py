import json

import pytest

from triovision.app.charts.layout import blend
from triovision.app.theme import DARK, LIGHT, contrast_ratio, font_faces, palette, streamlit_theme, style_sheet

LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])


def test_contrast_is_the_one_of_wcag():
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast_ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@LOOKS
@pytest.mark.parametrize("tone", ["text", "muted", "primary", "accent", "amber", "coral", "good"])
@pytest.mark.parametrize("ground", ["background", "surface", "raised"])
def test_words_can_be_read_on_every_ground(look, tone, ground):
    assert contrast_ratio(getattr(look, tone), getattr(look, ground)) >= 4.5


@LOOKS
def test_marks_stand_out(look):
    assert all(contrast_ratio(colour, look.surface) >= 3 for colour in look.series)
    assert contrast_ratio(look.surface, look.primary) >= 4.5  # words on buttons


@LOOKS
def test_numbers_on_the_strongest_cell_can_be_read(look):
    for tone in (look.primary, look.coral):
        assert contrast_ratio(look.text, blend(look.surface, tone, 0.5)) >= 4.5


@LOOKS
def test_the_ramp_goes_one_way(look):
    steps = [contrast_ratio(colour, look.surface) for colour in look.ramp]
    assert steps == sorted(steps)


def test_the_style_sheet_names_each_colour_for_both_looks():
    sheet = style_sheet()
    assert f"--tv-primary:light-dark({LIGHT.primary},{DARK.primary})" in sheet
    assert "http" not in sheet


def test_the_fonts_come_from_the_app_itself():
    assert all(face["url"].startswith("app/static/fonts/") for face in json.loads(font_faces()))
    assert streamlit_theme(dark=True)["backgroundColor"] == palette(dark=True).background == DARK.background

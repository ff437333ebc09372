"""Animations in a real browser: they move, and stand still for those who asked for less motion."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lottie_url(streamlit_server) -> str:
    return streamlit_server(Path(__file__).with_name("lottie_page.py"))


def open_animation(opened, url):
    opened.page.goto(url)
    animation = opened.page.get_by_role("img", name="A square turns")
    animation.locator("svg path").wait_for()
    return animation


def turned(animation):
    return animation.locator("svg g[transform]").first.get_attribute("transform")


def test_an_animation_moves_unless_less_motion_is_asked_for(new_page, lottie_url):
    moving = new_page(reduced_motion="no-preference")
    animation = open_animation(moving, lottie_url)
    before = turned(animation)
    for _ in range(100):
        moving.page.wait_for_timeout(50)
        if turned(animation) != before:
            break
    assert turned(animation) != before

    still = new_page(reduced_motion="reduce")
    animation = open_animation(still, lottie_url)
    before = turned(animation)
    still.page.wait_for_timeout(400)
    assert turned(animation) == before
    assert animation.get_attribute("data-playing") == "false"
    assert [*moving.console_errors, *still.console_errors] == []

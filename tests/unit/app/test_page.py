"""The page's logic, run by Streamlit without a browser; `tests/web` drives the real thing."""

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from triovision.app.analysis import Upload, analyse_many
from triovision.app.frontend import frontend_built
from triovision.app.language import Words
from triovision.app.models import uploaded_choice
from triovision.app.shelf import Refusal

pytestmark = pytest.mark.skipif(not frontend_built(), reason="the page's files are not built: make frontend")
TABS = ("map", "charts", "evidence", "details", "model")


def run_page():
    from triovision.app.page import show_page  # noqa: PLC0415 - this function is the script that Streamlit runs

    show_page()


def html(page):
    bodies = (str(block.proto.body) for block in page.get("html"))
    return "\n".join(body for body in bodies if not body.startswith("<style"))


@pytest.fixture
def page():
    test = AppTest.from_function(run_page, default_timeout=60)
    test.run()
    assert not test.exception
    return test


def session_of(page):
    return page.session_state["triovision"]


def add_sample(page):
    session_of(page).wants_sample = True
    page.run()
    assert not page.exception
    assert "tv-refused" not in html(page)


def test_it_begins_with_a_welcome(page):
    words = Words("en")
    assert words("empty.title") in html(page)
    assert words("drop.privacy") in html(page)
    assert not page.tabs


def test_a_photo_gets_an_answer_and_tabs(page):
    add_sample(page)
    words = Words("en")
    assert [tab.label for tab in page.tabs] == [words(f"tab.{name}") for name in TABS]
    assert session_of(page).shelf.selected.name == "summer-palace.jpg"
    assert words("empty.title") not in html(page)
    assert session_of(page).evidence_for is None


def test_the_language_changes_everything(page):
    page.session_state["language"] = "fr"
    page.run()
    assert Words("fr")("empty.title") in html(page)
    assert Words("en")("empty.title") not in html(page)


def test_more_countries_are_shown_when_asked_for(page):
    add_sample(page)
    few = html(page).count("tv-share")
    page.slider(key="count").set_value(15).run()
    assert html(page).count("tv-share") == few + 10


def test_all_photos_can_be_removed(page):
    add_sample(page)
    (button,) = [button for button in page.button if button.label == Words("en")("strip.remove_all")]
    button.click().run()
    assert len(session_of(page).shelf) == 0
    assert Words("en")("empty.title") in html(page)


def test_a_refused_file_is_told_until_understood(page):
    session_of(page).shelf.refuse(Refusal("a<b>.pdf", "refused.format", "looks like a PDF"))
    page.run()
    assert "a&lt;b&gt;.pdf" in html(page)
    page.button(key="dismiss-refusals").click().run()
    assert "tv-refused" not in html(page)


def test_another_model_looks_at_the_photos_again(page, tiny_bundle):
    add_sample(page)
    session = session_of(page)
    before = session.shelf.selected.prediction.model
    session.model = uploaded_choice("tiny.onnx", tiny_bundle.read_bytes())
    session.uploaded_models = {session.model.key: session.model}
    page.run()
    assert not page.exception
    assert before == "starter"
    assert session.shelf.selected.prediction.model == "tiny"


def test_a_photo_whose_original_is_gone_leaves_with_the_old_model(page, tiny_bundle, photo):
    add_sample(page)
    session = session_of(page)
    session.shelf._originals.clear()
    session.model = uploaded_choice("tiny.onnx", tiny_bundle.read_bytes())
    session.uploaded_models = {session.model.key: session.model}
    page.run()
    assert len(session.shelf) == 0
    assert session.shelf.made_room


def test_an_unexpected_error_is_told_in_the_pages_language(page, monkeypatch, caplog):
    monkeypatch.setattr("triovision.app.views.intake.take_uploads", lambda *_, **__: [Upload("a.jpg", None)])
    page.run()
    assert Words("en")("error.title") in html(page)
    assert not page.exception
    assert "the page failed" in caplog.text


def open_tab(page, name):
    page.session_state["tabs-en"] = Words("en")(f"tab.{name}")
    page.run()
    assert not page.exception
    assert Words("en")("error.title") not in html(page)
    return html(page)


def test_every_tab_draws_what_it_promises(page):
    add_sample(page)
    words = Words("en")
    for name in ("bars", "radar", "gauges", "similarity"):
        assert words(f"charts.{name}_reading").split("'")[0] in open_tab(page, "charts")
    assert len(page.get("plotly_chart")) == 3 + 5
    rows, columns = session_of(page).shelf.selected.evidence.place_map.values.shape
    assert f"{rows} × {columns} patches" in open_tab(page, "evidence")
    open_tab(page, "details")
    assert len(page.get("download_button")) == 4
    assert words("model.title", name="starter") in open_tab(page, "model")


def test_a_model_without_heat_maps_or_centroids_says_so(page):
    add_sample(page)
    session = session_of(page)
    bare = replace(session.shelf.selected, evidence=None)
    session.shelf.replace(bare)
    assert Words("en")("evidence.missing") in open_tab(page, "evidence")


def test_evidence_for_a_country_that_was_clicked(page, monkeypatch):
    clicked = ["KE"]
    monkeypatch.setattr("triovision.app.views.map_tab.show_map", lambda *_, **__: clicked[0])
    add_sample(page)
    assert "Kenya: " in html(page)
    page.button(key="evidence-for").click().run()
    assert "What speaks for Kenya" in html(page)
    session_of(page).shelf._originals.clear()
    page.run()
    assert "add it again to see the evidence" in html(page)
    clicked[0] = "AQ"
    page.run()
    assert "does not know this country" in html(page)


def test_a_hostile_model_is_refused_and_a_good_one_taken(page, monkeypatch, tiny_bundle):
    waiting = [Upload("evil<b>.onnx", b"hello")]
    monkeypatch.setattr("triovision.app.views.header.take_uploads", lambda *_, **__: [waiting.pop()] if waiting else [])
    page.run()
    assert "evil&lt;b&gt;.onnx cannot be used" in html(page)
    assert session_of(page).model.name == "starter"
    waiting.append(Upload("mine.onnx", tiny_bundle.read_bytes()))
    page.run()
    assert session_of(page).model.name == "mine.onnx"
    assert [choice.name for choice in session_of(page).models()][-1] == "mine.onnx"


def test_several_photos_with_a_broken_one(page, monkeypatch, jpeg_bytes):
    photos = [[Upload("a.jpg", jpeg_bytes), Upload("b.jpg", jpeg_bytes + b"\0"), Upload("c.jpg", b"")]]
    monkeypatch.setattr("triovision.app.views.intake.take_uploads", lambda *_, **__: photos.pop() if photos else [])
    page.run()
    assert [photo.name for photo in session_of(page).shelf] == ["a.jpg", "b.jpg"]
    assert "c.jpg" in html(page)
    assert open_tab(page, "details").count("tv-eyebrow") == 1


def test_photos_that_a_cut_short_run_left_are_looked_at_by_the_next(page, monkeypatch, jpeg_bytes):
    photos = [[Upload(f"{name}.jpg", jpeg_bytes + name.encode()) for name in "abcd"]]
    monkeypatch.setattr("triovision.app.views.intake.take_uploads", lambda *_, **__: photos.pop() if photos else [])
    looks = []

    def cut_short(*arguments):
        looks.append([upload.name for upload in arguments[1]])
        for result in analyse_many(*arguments):
            if len(looks) == 1 and result.name == "b.jpg":
                st.rerun()  # as when a person clicks meanwhile
            yield result

    monkeypatch.setattr("triovision.app.views.intake.analyse_many", cut_short)
    page.run()
    assert [photo.name for photo in session_of(page).shelf] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert looks == [["a.jpg", "b.jpg", "c.jpg", "d.jpg"], ["b.jpg", "c.jpg", "d.jpg"]]
    assert not session_of(page).waiting


def test_another_language_leaves_the_tab_open(page):
    add_sample(page)
    open_tab(page, "model")
    page.session_state["language"] = "fr"
    page.run()
    assert session_of(page).open_tab == "tab.model"
    assert Words("fr")("model.title", name="starter") in html(page)

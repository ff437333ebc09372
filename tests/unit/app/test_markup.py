from triovision.app.markup import Markup, data_uri, flag, join, tag

HOSTILE = '<img src=x onerror="alert(1)">'


def test_text_is_escaped_wherever_it_stands():
    written = tag("p", HOSTILE, title=HOSTILE)
    assert "<img" not in written
    assert '"alert' not in written
    assert written.startswith("<p title=")


def test_markup_is_kept_and_nothing_is_left_out():
    assert tag("b", tag("i", "x"), None, "&") == "<b><i>x</i>&amp;</b>"
    assert join(Markup("<br>"), "<") == "<br>&lt;"


def test_attributes():
    assert tag("img", class_="a", alt="", data_uri=None, aria_label="b") == '<img class="a" alt="" aria-label="b">'
    assert tag("meta", name="viewport") == '<meta name="viewport">'


def test_pictures():
    assert data_uri(b"\xff", "image/png") == "data:image/png;base64,/w=="
    assert 'src="app/static/flags/fr.svg"' in flag("FR")

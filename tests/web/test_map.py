"""The map in a real browser: what it draws, what it tells Python, what it asks of the internet."""

import json
import re
import runpy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.slow  # a map drawn in software takes seconds to load

ACTIONS = runpy.run_path(str(Path(__file__).with_name("map_actions.py")))
tool, wait_for_state, wait_until, canvas_position, wait_for_pixel = (
    ACTIONS[name] for name in ("tool", "wait_for_state", "wait_until", "canvas_position", "wait_for_pixel")
)

DEEPEST = "#232c7a"  # 40 % and more, light theme
SEA = (-6.0, 47.3)

# Less motion and fewer pixels spare some of them.
QUICK = {"viewport": {"width": 1000, "height": 760}, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def map_url(streamlit_server) -> str:
    return streamlit_server(Path(__file__).with_name("map_page.py"))


@pytest.fixture
def open_map(new_page, map_url):
    """Open the page of a case and wait until its map is drawn."""

    def open_case(query: str = "", **options: Any):
        opened = new_page(**{**QUICK, **options})
        opened.page.goto(f"{map_url}/?{query}")
        opened.page.locator('.map[data-ready="true"]').wait_for(timeout=180_000)
        return opened

    return open_case


def draw_line(page):
    """A line over three places; a second click on the last ends it."""
    places = [(7, 51.5), (12, 51), (11, 48)]
    for count, place in enumerate(places, 1):
        page.mouse.move(*canvas_position(page, *place), steps=4)
        page.mouse.click(*canvas_position(page, *place))
        wait_until(page, f"view.drawing.figures()[0]?.geometry.coordinates.length > {count}")
        page.wait_for_timeout(400)  # two clicks sooner than that would be a double click, which zooms
    page.mouse.click(*canvas_position(page, *places[-1]))


def test_the_predicted_country_is_filled_and_a_click_reaches_python(open_map, tmp_path):
    opened = open_map()
    page = opened.page
    wait_for_state(page, predicted="FR", predicted_fill=DEEPEST)
    wait_for_pixel(page, (0.4, 46.6), DEEPEST, tmp_path / "map.png")  # Poitou, away from mark, label and border
    assert page.locator(".map").evaluate("map => map.mapView.fillOf('PL')") == "#f1f3fb"
    page.mouse.click(*canvas_position(page, 16.5, 52.5))
    page.get_by_text("clicked: PL").wait_for()
    wait_for_state(page, selected="PL")
    expect(page.locator(".chosen")).to_contain_text("The model does not know this country.")
    page.mouse.click(*canvas_position(page, *SEA))
    page.get_by_text("clicked: None").wait_for()
    assert opened.console_errors == []


def test_marks_are_buttons_that_name_themselves_and_another_photo_forgets_the_click(open_map):
    page = open_map(reduced_motion="no-preference").page
    pulse = page.locator(".pulse")
    assert pulse.evaluate("pulse => pulse.getAnimations({ subtree: true }).length") == 2
    assert "at its centre" in pulse.get_attribute("aria-label")
    assert page.locator(".gps").get_attribute("aria-label").startswith("Where the photo itself says")
    counts = page.locator(".alternative, .cluster").evaluate_all(
        "all => all.map(one => Number(one.dataset.count ?? 1))"
    )
    assert sum(counts) == 7
    assert max(counts) > 1
    pulse.focus()
    page.keyboard.press("Enter")
    page.get_by_text("clicked: FR").wait_for()
    assert "41\u00a0%" in page.locator(".chosen").inner_text()
    page.get_by_role("button", name="Another photo").click()
    wait_for_state(page, predicted="JP", selected="", predicted_fill=DEEPEST)
    page.get_by_text("clicked: None").wait_for()
    wait_until(page, "Math.round(view.map.getCenter().lng / 10) === 14")


def test_the_photos_own_position_is_shown_also_from_behind_the_globe(open_map):
    page = open_map("case=behind").page
    tool(page, "position").click()
    wait_until(page, "Math.round(view.map.getCenter().lng) === 151 && Math.round(view.map.getCenter().lat) === -34")
    assert page.locator(".gps").is_visible()
    tool(page, "reset").click()
    wait_until(page, "Math.abs(view.map.getCenter().lng - 2) < 3")
    page.get_by_role("button", name="Another photo").click()
    expect(tool(page, "position")).not_to_be_visible()


def test_globe_flat_zoom_reset_and_full_screen(open_map):
    page = open_map().page
    start = page.locator(".map").evaluate("map => map.mapView.map.getZoom()")
    tool(page, "projection").click()
    wait_for_state(page, projection="flat", ready="true", predicted_fill=DEEPEST)
    assert tool(page, "projection").get_attribute("aria-label") == "Show a globe"
    tool(page, "zoom-in").click()
    wait_until(page, f"view.map.getZoom() > {start} + 0.9")
    tool(page, "reset").click()
    wait_until(page, f"Math.abs(view.map.getZoom() - {start}) < 0.01")
    tool(page, "full-screen").click()
    wait_for_state(page, enlarged="true")
    wait_until(page, "map.getBoundingClientRect().height === innerHeight")
    assert page.evaluate("document.fullscreenElement !== null")
    assert tool(page, "full-screen").get_attribute("aria-label") == "Leave full screen"
    tool(page, "full-screen").click()
    wait_for_state(page, enlarged="false")


def test_where_no_full_screen_exists_the_map_fills_the_window(open_map):
    page = open_map().page
    before = page.locator(".map").bounding_box()["height"]
    page.evaluate("delete Element.prototype.requestFullscreen")  # as on an iPhone
    tool(page, "full-screen").click()
    wait_for_state(page, enlarged="true")
    wait_until(page, "map.getBoundingClientRect().height === innerHeight")
    assert page.locator(".map").bounding_box() == {"x": 0, "y": 0, **QUICK["viewport"]}
    assert page.evaluate("document.fullscreenElement") is None
    # Nothing of the page lies on it.
    corners = "() => [[5, 5], [innerWidth - 5, 5], [5, innerHeight - 5]].map(([x, y]) => {"
    top = "let top = document.elementFromPoint(x, y); while (top.shadowRoot?.elementFromPoint(x, y) && "
    inner = "top.shadowRoot.elementFromPoint(x, y) !== top) top = top.shadowRoot.elementFromPoint(x, y);"
    assert page.evaluate(f"{corners} {top} {inner} return top.closest('.map') !== null; }})") == [True] * 3
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        inside = "document.activeElement.shadowRoot?.activeElement"
        seen.add(page.evaluate(f"{inside}?.closest('.map') ? {inside}.getAttribute('aria-label') : 'outside'"))
    assert "outside" not in seen
    assert {"Zoom in", "Leave full screen", "Map layers"} <= seen
    page.keyboard.press("Escape")
    wait_for_state(page, enlarged="false")
    wait_until(page, f"map.getBoundingClientRect().height === {before}")


# Who is asked for each layer, and the colour that our own server draws its tiles in.
LAYERS = {
    "satellite": ("server.arcgisonline.com", "Esri", (20, 90, 60)),
    "terrain": ("tile.opentopomap.org", "OpenTopoMap", (120, 80, 20)),
    "ocean": ("server.arcgisonline.com", "GEBCO", (20, 60, 140)),
    "streets": ("tile.openstreetmap.org", "OpenStreetMap", (200, 190, 170)),
}


def send_to(server, page):
    """Providers' addresses lead to our own server."""

    def ask_ours(route):
        address = urlsplit(route.request.url)
        path = f"/{address.hostname}{address.path}"
        route.fulfill(response=route.fetch(url=f"http://127.0.0.1:{server.server_port}{path}"))

    hosts = "|".join(re.escape(host) for host, _, _ in LAYERS.values())
    page.context.route(re.compile(rf"^https://([a-c]\.)?({hosts})/"), ask_ours)


def test_online_layers_are_drawn_with_their_source_once_they_are_asked_for(open_map, tile_server, tmp_path):
    page = open_map().page
    send_to(tile_server, page)
    sources = page.locator(".maplibregl-ctrl-attrib-inner")
    tool(page, "layers").click()
    page.wait_for_timeout(300)
    assert tile_server.asked == []
    expect(sources).not_to_be_visible()
    for name, (host, source, colour) in LAYERS.items():
        tile_server.colour = colour
        tile_server.asked.clear()
        page.locator(f"input[name=layer][value={name}]").check()
        wait_for_state(page, layer=name, ready="true")
        wait_for_pixel(page, SEA, "#{:02x}{:02x}{:02x}".format(*colour), tmp_path / "map.png")
        expect(sources).to_be_visible()
        expect(sources).to_contain_text(source)
        assert {
            path.split("/")[1].removeprefix("a.").removeprefix("b.").removeprefix("c.") for path in tile_server.asked
        } == {host}
    page.keyboard.press("Escape")
    expect(page.locator(".layer-panel")).not_to_be_visible()


def test_a_layer_that_does_not_answer_is_said_to_and_the_offline_map_stays(open_map, tile_server):
    opened = open_map()
    page = opened.page
    assert opened.blocked == []
    opened.allowed_hosts.add("server.arcgisonline.com")
    tool(page, "layers").click()
    # Clicked, not checked: where the refusal comes at once, the choice is back at the countries before one looks.
    page.locator("input[name=layer][value=satellite]").click()  # no network at all
    page.get_by_text("The layer “Satellite” cannot be reached").wait_for()
    wait_for_state(page, layer="countries", ready="true", predicted_fill=DEEPEST)
    assert opened.blocked
    expect(page.locator("input[name=layer][value=countries]")).to_be_checked()
    tile_server.status = 503
    send_to(tile_server, page)
    page.locator("input[name=layer][value=streets]").click()  # a provider that is out of order
    page.get_by_text("The layer “Streets” cannot be reached").wait_for()
    wait_for_state(page, layer="countries")
    assert tile_server.asked


def test_a_drawn_line_is_measured_and_leaves_as_geojson(open_map):
    page = open_map().page
    tool(page, "draw").click()
    page.locator('[data-mode="linestring"]').click()
    tool(page, "measure").click()
    draw_line(page)
    wait_for_state(page, shapes="1")
    expect(page.locator(".measure")).to_have_text(re.compile(r" km\s*$"))
    with page.expect_download() as download:
        tool(page, "export").click()
    assert download.value.suggested_filename == "triovision-drawing.geojson"
    (feature,) = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["features"]
    assert feature["geometry"]["type"] == "LineString"
    assert len(feature["geometry"]["coordinates"]) == 3
    assert feature["properties"]["length_km"] == pytest.approx(691, rel=0.03)
    expect(page.get_by_text("clicked: None")).to_be_visible()  # drawing chooses no country
    tool(page, "delete").click()
    wait_for_state(page, shapes="0")
    expect(tool(page, "export")).to_be_disabled()


def test_a_region_is_outlined_and_nothing_pretends_to_be_a_place(open_map):
    page = open_map("case=region").page
    assert page.locator(".pulse").count() == 0
    assert "Western Europe 71\u00a0%" in page.locator(".legend").inner_text()
    wait_until(page, "view.map.queryRenderedFeatures({ layers: ['region'] }).length > 0")


def test_without_webgl_the_map_says_so(new_page, map_url):
    opened = new_page(**QUICK)
    opened.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    opened.page.goto(f"{map_url}/?lang=fr")
    opened.page.get_by_text("La carte ne peut être dessinée").wait_for()
    tool(opened.page, "reset").click()
    tool(opened.page, "draw").click()
    tool(opened.page, "projection").click()
    assert [error for error in opened.console_errors if "TypeError" in error] == []


def test_french_on_a_phone_in_the_dark_with_less_motion(open_map):
    page = open_map("lang=fr", viewport={"width": 390, "height": 760}, color_scheme="dark").page
    state = page.locator(".map")
    assert state.get_attribute("data-theme") == "dark"
    assert page.locator(".pulse").evaluate("pulse => pulse.getAnimations({ subtree: true }).length") == 0
    expect(page.locator(".legend-body")).not_to_be_visible()
    page.locator(".legend-title").click()
    legend, frame = page.locator(".legend").bounding_box(), state.bounding_box()
    assert legend["x"] + legend["width"] <= frame["x"] + frame["width"] <= 390
    texts = state.evaluate(
        """map => [...map.querySelectorAll("*")].flatMap((element) => {
            const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
            return [element.getAttribute("aria-label"), element.title, ...own];
        }).filter(Boolean)"""
    )
    assert "Probabilité par pays" in texts
    assert any("Allemagne" in text for text in texts)
    assert [
        text for text in texts if re.search(r"\b(the|map|zoom in|layer|country|germany)\b", text, re.IGNORECASE)
    ] == []

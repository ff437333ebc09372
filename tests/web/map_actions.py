"""What the map's tests do on its page, and wait for."""

from __future__ import annotations

from PIL import Image


def tool(page, name):
    return page.locator(f'.map [data-tool="{name}"]')


def wait_for_state(page, **state):
    conditions = "".join(f'[data-{name.replace("_", "-")}="{value}"]' for name, value in state.items())
    page.locator(f".map{conditions}").wait_for()


def wait_until(page, condition):
    """Wait until JavaScript about the map `view` holds."""
    deadline = 600
    while not page.locator(".map").evaluate(f"(map) => {{ const view = map.mapView; return {condition}; }}"):
        deadline -= 1
        assert deadline, condition
        page.wait_for_timeout(100)


def canvas_position(page, longitude, latitude):
    """Where a place lies in the window."""
    return page.locator(".map").evaluate(
        """(map, place) => {
            const { x, y } = map.mapView.map.project(place);
            const box = map.getBoundingClientRect();
            return [box.x + x, box.y + y];
        }""",
        [longitude, latitude],
    )


def pixel(page, place, path):
    """The colour of the screen where a place is."""
    x, y = canvas_position(page, *place)
    page.screenshot(path=path)
    return "#{:02x}{:02x}{:02x}".format(*Image.open(path).convert("RGB").getpixel((round(x), round(y))))


def wait_for_pixel(page, place, colour, path):
    """Wait until a place has a colour: tiles and fills fade in."""
    for _ in range(60):
        if pixel(page, place, path) == colour:
            return
        page.wait_for_timeout(250)
    assert pixel(page, place, path) == colour

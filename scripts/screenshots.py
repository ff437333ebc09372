"""Pictures of every tab of the app, in light and dark, on a desktop and a phone: for looking at, and for the README.

Run: `python scripts/screenshots.py [--to build/screenshots]`, or with `--readme` for `docs/images/` alone. The only
photo on them is `examples/summer-palace.jpg`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
TABS = ("map", "charts", "evidence", "details", "model")
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
MOST_HEIGHT_PX = 3200
FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
README_TABS = {"app-map": ("map", "light", (1280, 1180)), "app-evidence": ("evidence", "dark", (1280, 1240))}
README_WIDTH_PX = 1100
SETTLE_MS = 1500


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "triovision", "app", "--port", str(port)])  # noqa: S603 - our own command
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urlopen(f"{url}/_stcore/health", timeout=2):
                break
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def opened(browser: Browser, url: str, size: tuple[int, int], scheme: Any) -> Iterator[Page]:
    """A page with the sample's answer."""
    viewport = {"width": size[0], "height": size[1]}
    touch = size == SIZES["phone"]
    context = browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
        has_touch=touch,
        is_mobile=touch,
    )
    context.set_default_timeout(180_000)
    page = context.new_page()
    page.goto(url)
    page.locator("button[data-focus=sample]").wait_for()
    yield page
    context.close()


def show_tab(page: Page, name: str) -> None:
    """Open a tab and wait until it is drawn."""
    page.locator("[role=tab]").nth(TABS.index(name)).click()
    if name == "map":
        page.locator(".map[data-ready=true]").wait_for()
    page.wait_for_timeout(SETTLE_MS)


def take_all(browser: Browser, url: str, folder: Path) -> None:
    """The welcome and every tab, in every look."""
    for device, size in SIZES.items():
        for scheme in SCHEMES:
            with opened(browser, url, size, scheme) as page:
                page.wait_for_timeout(SETTLE_MS)
                page.screenshot(path=folder / f"{device}-{scheme}-welcome.png")
                page.locator("button[data-focus=sample]").click()
                page.locator("[class*='st-key-tv-card-answer'] h2").wait_for()
                for name in TABS:
                    show_tab(page, name)
                    inner = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
                    page.set_viewport_size({"width": size[0], "height": min(int(inner), MOST_HEIGHT_PX)})
                    page.wait_for_timeout(SETTLE_MS)
                    page.screenshot(path=folder / f"{device}-{scheme}-{name}.png")
                    page.set_viewport_size({"width": size[0], "height": size[1]})
            print(device, scheme)


def take_for_readme(browser: Browser, url: str) -> None:
    """The two that stand in the README, small enough for a page that is read on a phone."""
    folder = ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (tab, scheme, size) in README_TABS.items():
        with opened(browser, url, size, scheme) as page:
            page.locator("button[data-focus=sample]").click()
            page.locator("[class*='st-key-tv-card-answer'] h2").wait_for()
            show_tab(page, tab)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.thumbnail((README_WIDTH_PX, README_WIDTH_PX * 2), Image.Resampling.LANCZOS)
        path = folder / f"{name}.webp"
        shot.save(path, "WEBP", quality=86, method=6)
        print(path, path.stat().st_size)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--readme", action="store_true", help="only those of the README")
    arguments = parser.parse_args()
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("no Chromium is installed (Debian: apt-get install chromium)")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        if arguments.readme:
            take_for_readme(browser, url)
        else:
            arguments.to.mkdir(parents=True, exist_ok=True)
            take_all(browser, url, arguments.to)
        browser.close()


if __name__ == "__main__":
    main()

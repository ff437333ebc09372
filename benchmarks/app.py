"""The app as a person meets it: time to a usable page, page weight, upload to answer, ten people at once, memory.

Run: `python benchmarks/app.py` (writes results/app.json; about ten minutes on 2 cores; needs the extra `app`, the built
front end, `playwright` and a Chromium). The real app is served, and a real browser on the same cores drives it: what is
measured holds decoding, the model, the page's Python and the browser's drawing of it, with WebGL in software.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.async_api import Browser, Page, async_playwright

from machine import write_result
from make_photos import make_photos

UPLOADS = 50
SESSIONS = 10
LOADS = 5
MEMORY_UPLOADS = 500
MEMORY_BATCH = 10
# The same as in tests/web: WebGL in software, nothing of Chromium's own on the wire.
FLAGS = (
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--no-first-run",
)  # fmt: skip
USABLE = "button[data-focus=choose]"
ANSWERED = """
name => [...document.querySelectorAll(".tv-facts dd")].some(fact => fact.textContent === name)
    && document.querySelector("[class*='st-key-tv-card-answer'] h2")
"""


class Server:
    """`triovision app` in its own process."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "triovision", "app", "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        begin = time.perf_counter()
        while True:
            with contextlib.suppress(OSError), urlopen(f"{self.url}/_stcore/health", timeout=2):  # noqa: S310 - our own server
                break
            if self.process.poll() is not None or time.perf_counter() - begin > 120:
                sys.exit("the app did not start; run `triovision app` to see why")
            time.sleep(0.05)
        self.start_s = time.perf_counter() - begin

    def resident_mb(self) -> float:
        """Memory of the server now."""
        with Path(f"/proc/{self.process.pid}/status").open(encoding="utf-8") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=30)


@contextlib.asynccontextmanager
async def fresh_page(browser: Browser, url: str) -> AsyncIterator[Page]:
    """A usable page of a new session."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = await context.new_page()
        page.set_default_timeout(120_000)
        await page.goto(url)
        await page.wait_for_selector(USABLE)
        yield page
    finally:
        await context.close()


async def upload(page: Page, paths: Sequence[Path]) -> float:
    """Choose photos and wait for the answer of the last; seconds."""
    async with page.expect_file_chooser() as chooser:
        await page.locator(USABLE).first.click()
    begin = time.perf_counter()
    await (await chooser.value).set_files([str(path) for path in paths])
    await page.wait_for_function(ANSWERED, arg=paths[-1].name, polling=20)
    return time.perf_counter() - begin


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and worst, the percentile without interpolation."""
    ordered = sorted(seconds)
    rank = max(0, -(-95 * len(ordered) // 100) - 1)
    return {
        "count": len(ordered),
        "p50_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[rank], 3),
        "worst_s": round(ordered[-1], 3),
    }


async def measure_first_page(browser: Browser, server: Server, _: Path) -> dict[str, Any]:
    """Time until the drop zone can be used with nothing cached, and what came over the wire until then."""
    times, weights, counts = [], [], []
    for _round in range(LOADS):
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        sizes: list[int] = []
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        begin = time.perf_counter()
        await page.goto(server.url)
        await page.wait_for_selector(USABLE, timeout=120_000)
        times.append(time.perf_counter() - begin)
        weights.append(sum(sizes))
        counts.append(len(sizes))
        await context.close()
    return {
        "server_start_s": round(server.start_s, 2),
        **percentiles(times),
        "weight_mb": round(statistics.median(weights) / 1e6, 2),
        "requests": int(statistics.median(counts)),
    }


async def measure_uploads(browser: Browser, server: Server, folder: Path) -> dict[str, Any]:
    """One person, one 12-megapixel photo after the other: from the choice to the answer on the page."""
    photos = make_photos(folder, "12MP", UPLOADS)
    async with fresh_page(browser, server.url) as page:
        return percentiles([await upload(page, [photo]) for photo in photos])


async def measure_sessions(browser: Browser, server: Server, folder: Path) -> dict[str, Any]:
    """Ten people who upload at the same moment."""
    photos = make_photos(folder, "12MP", SESSIONS)
    async with contextlib.AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(fresh_page(browser, server.url)) for _ in photos]
        uploads = (upload(page, [photo]) for page, photo in zip(pages, photos, strict=True))
        results = await asyncio.gather(*uploads, return_exceptions=True)
    seconds = [result for result in results if isinstance(result, float)]
    return {"failed": len(results) - len(seconds), **percentiles(seconds)}


async def measure_memory(browser: Browser, server: Server, folder: Path) -> dict[str, Any]:
    """Memory of the server while one session uploads five hundred photos."""
    photos = make_photos(folder, "800x600", MEMORY_UPLOADS)
    trace = [round(server.resident_mb(), 1)]
    async with fresh_page(browser, server.url) as page:
        for start in range(0, len(photos), MEMORY_BATCH):
            await upload(page, photos[start : start + MEMORY_BATCH])
            if start % (5 * MEMORY_BATCH) == 0:
                trace.append(round(server.resident_mb(), 1))
    # The shelf and the cache fill up over the first 150 photos; after that memory shall stand still.
    return {
        "uploads": len(photos),
        "resident_mb": trace,
        "growth_after_fill_mb": round(max(trace[-3:]) - max(trace[3:5]), 1),
    }


async def measure(only: str | None) -> dict[str, Any]:
    """All parts, each with a server of its own."""
    parts = {
        "first_page": measure_first_page,
        "uploads": measure_uploads,
        "sessions": measure_sessions,
        "memory": measure_memory,
    }
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("no Chromium is installed (Debian: apt-get install chromium)")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            for name, part in parts.items():
                if only not in {None, name}:
                    continue
                server = Server()
                browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
                try:
                    results[name] = await part(browser, server, Path(folder))
                finally:
                    await browser.close()
                    server.stop()
                print(name, json.dumps(results[name]), flush=True)
    return results


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["first_page", "uploads", "sessions", "memory"])
    only = parser.parse_args().only
    results = asyncio.run(measure(only))
    if only is None:
        print(write_result("app", results))


if __name__ == "__main__":
    main()

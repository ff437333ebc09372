"""A real browser against a real server: the app's, or a small Streamlit script's.

Every request that leaves this machine is refused and counted; a test that expects some says which hosts.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from PIL import Image

from triovision.app.frontend import BUILD_HINT, frontend_built

sync_api = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).parent.parent.parent
FAILURES = ROOT / "build" / "web-failures"

# The software renderer draws WebGL on a machine without a graphics card; the rest keeps Chromium from phoning home.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    # A camera that shows a moving pattern, and says yes when it is asked for.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
START_SECONDS = 90


@dataclass
class BrowserPage:
    """One page, and what it tried.

    Attributes:
        page: Playwright's page.
        blocked: Addresses beyond this machine that were asked for, all of them refused.
        console_errors: What the page wrote to its console as errors, and what it threw.
        allowed_hosts: Hosts beyond this machine that the test expects to be asked for; they are refused all the same.
    """

    page: Any
    blocked: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    allowed_hosts: set[str] = field(default_factory=set)

    def unexpected(self) -> list[str]:
        """Refused addresses of hosts that the test did not expect."""
        return [url for url in self.blocked if urlsplit(url).hostname not in self.allowed_hosts]


def _missing(reason: str) -> None:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}, and CI must run these tests")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, or any other on the PATH."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        _missing("no Chromium is installed (Debian: `apt-get install chromium`)")
    if not frontend_built():
        _missing(f"the front end is not built: {BUILD_HINT}")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def start_server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Start a server by a command in which `{port}` stands for its port; its address, once it answers."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str, extra_environment: dict[str, str] | None = None) -> str:
        port = _free_port()
        log = tmp_path_factory.mktemp("server") / "log.txt"
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(extra_environment or {})}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [part.format(port=port) for part in command], stdout=output, stderr=output, env=environment, cwd=ROOT
            )
        running.append(process)
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not come up:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def streamlit_server(start_server: Callable[..., str]) -> Callable[..., str]:
    """Serve any Streamlit script; its address."""

    def serve(script: Path, *arguments: str) -> str:
        options = {
            "server.port": "{port}",
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        given = [part for name, value in options.items() for part in (f"--{name}", value)]
        return start_server(sys.executable, "-m", "streamlit", "run", str(script), *given, *arguments)

    return serve


@pytest.fixture(scope="session")
def app_url(start_server: Callable[..., str]) -> str:
    """The real app with the embedded model."""
    return start_server(sys.executable, "-m", "triovision", "app", "--host", "127.0.0.1", "--port", "{port}")


@pytest.fixture
def new_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserPage]]:
    """Open a page in a fresh context; afterwards, nothing may have asked for anything beyond this machine."""
    opened: list[BrowserPage] = []

    def make(**options: Any) -> BrowserPage:
        defaults = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "locale": "en-GB"}
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(60_000)
        made = BrowserPage(context.new_page())

        def judge(route: Any) -> None:
            if urlsplit(route.request.url).hostname in {"127.0.0.1", "localhost"}:
                route.continue_()
            else:
                made.blocked.append(route.request.url)
                route.abort("internetdisconnected")

        context.route(re.compile(r"^(https?|wss?)://"), judge)
        made.page.on("console", lambda message: _note_error(made, message))
        made.page.on("pageerror", lambda error: made.console_errors.append(str(error)))
        opened.append(made)
        return made

    yield make
    for number, each in enumerate(opened):
        if getattr(request.node, "failed", False):
            FAILURES.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"\W+", "-", request.node.name)
            each.page.screenshot(path=FAILURES / f"{name}-{number}.png")
        # A request that is still on its way when its page closes is nobody's mistake.
        each.page.context.unroute_all(behavior="ignoreErrors")
        each.page.context.close()
    unexpected = [url for each in opened for url in each.unexpected()]
    assert not unexpected, f"the page asked for {unexpected}"


def _note_error(made: BrowserPage, message: Any) -> None:
    if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
        made.console_errors.append(message.text)


@pytest.fixture
def page(new_page: Callable[..., BrowserPage]) -> BrowserPage:
    """A desktop's page: 1280 by 900, light, English."""
    return new_page()


class TileServer(ThreadingHTTPServer):
    """Map tiles of one colour, whichever are asked for.

    Attributes:
        asked: Paths that were asked for.
        status: What is answered.
        colour: Of the tiles.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TileHandler)
        self.asked: list[str] = []
        self.status = 200
        self.colour = (0, 0, 0)


class _TileHandler(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        Image.new("RGB", (256, 256), self.server.colour).save(self.wfile, "PNG")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def tile_server() -> Iterator[TileServer]:
    """A server of map tiles on this machine."""
    server = TileServer()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember a failure, so that the page can take a picture of it."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        item.failed = True  # type: ignore[attr-defined]

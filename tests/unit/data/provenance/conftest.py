"""A small GLDv2, sources beside it, and a SPARQL endpoint that misbehaves on demand."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from pyarrow import parquet

from triovision.data.provenance.join import JoinOptions, JoinReport, join_countries

ADDRESS = "http://commons.wikimedia.org/wiki/Category:"
CATEGORIES = {
    "1": "Tour_Eiffel",
    "2": "Frauenkirche_(München)",
    "3": "Churches_in_Bavaria",
    "4": "Swallow's_Nest",
    "5": "",
    "10": "Mont_Blanc",
}
PHOTOS = {"1": 5, "2": 3, "3": 2, "4": 1, "5": 4, "10": 1, "99": 2}
LOCATIONS = ("id", "category_name", "name", "lat", "lon", "city", "state", "country")


def write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def write_data_set(folder: Path, categories: dict[str, str] = CATEGORIES, photos: dict[str, int] = PHOTOS) -> Path:
    rows = [(key, ADDRESS + quote(title)) for key, title in categories.items() if title]
    write_csv(folder / "metadata/train_label_to_category.csv", ("landmark_id", "category"), rows)
    images = [
        (f"{n:016x}", "https://upload.wikimedia.org/x.jpg", key)
        for n, key in enumerate(key for key, count in photos.items() for _ in range(count))
    ]
    write_csv(folder / "metadata/train.csv", ("id", "url", "landmark_id"), images)
    return folder


class Heard:
    """A listener."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, text: str) -> None:
        self.sentences.append(text)

    def start(self, stage: str, total: int) -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass


class Joined:
    """What a join wrote, read back from its files."""

    def __init__(self, report: JoinReport) -> None:
        self.report = report
        self.rows = {row["landmark_id"]: row for row in parquet.read_table(report.table).to_pylist()}
        with report.conflicts.open(encoding="utf-8", newline="") as file:
            self.conflicts = list(csv.DictReader(file))
        self.facts = json.loads(report.report.read_text(encoding="utf-8"))

    def codes(self) -> dict[str, str]:
        return {key: row["country_code"] for key, row in self.rows.items()}

    def counts(self, source: str) -> dict[str, int]:
        return self.facts["sources"][source]["rows"]


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    """What tests make files and answers with."""
    return SimpleNamespace(
        ADDRESS=ADDRESS, EIFFEL=EIFFEL, Heard=Heard, Joined=Joined, binding=binding, entity=entity, location=location,
        statement=statement, write_csv=write_csv, write_data_set=write_data_set,
    )  # fmt: skip


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    return write_data_set(tmp_path / "gldv2")


@pytest.fixture
def join(data_set: Path, tmp_path: Path) -> Callable[..., Joined]:
    def run(listener: Heard | None = None, **options: Any) -> Joined:
        target = tmp_path / "countries.parquet"
        return Joined(join_countries(data_set, target, JoinOptions(**options), listener or Heard()))

    return run


@pytest.fixture
def locations(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: tuple[Any, ...]) -> Path:
        return write_csv(tmp_path / "category_to_location.csv", LOCATIONS, list(rows))

    return write


def location(title: str, latitude: Any, longitude: Any, country: str, number: int = 7) -> tuple[Any, ...]:
    return number, title, title, latitude, longitude, "", "", country


def statement(value: Any, rank: str = "normal", *, ended: bool = False, snaktype: str = "value") -> dict[str, Any]:
    qualifiers = {"qualifiers": {"P582": [{"snaktype": "value"}]}} if ended else {}
    mainsnak = {"snaktype": snaktype, "datavalue": {"value": value}}
    return {"mainsnak": mainsnak, "type": "statement", "rank": rank, **qualifiers}


def entity(
    number: int,
    title: str,
    states: tuple[Any, ...] = (),
    point: tuple[float, float] | None = None,
    *,
    linked: bool = True,
    globe: str = "http://www.wikidata.org/entity/Q2",
) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if states:
        claims["P17"] = [
            state if isinstance(state, dict) else statement({"entity-type": "item", "id": state}) for state in states
        ]
    if point:
        value = {"latitude": point[0], "longitude": point[1], "globe": globe}
        claims["P625"] = [statement(value)]
    if not linked:
        claims["P373"] = [statement(title)]
    links = {"commonswiki": {"site": "commonswiki", "title": f"Category:{title}"}} if linked else {}
    return {"id": f"Q{number}", "type": "item", "claims": claims, "sitelinks": links}


def binding(title: str, item: str, **facts: str) -> dict[str, Any]:
    """A row as the public endpoint writes it."""
    row = {
        "category": {"type": "literal", "value": title},
        "item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{item}"},
    }
    if "state" in facts:
        row["state"] = {"type": "uri", "value": f"http://www.wikidata.org/entity/{facts['state']}"}
        row["rank"] = {"type": "uri", "value": f"http://wikiba.se/ontology#{facts.get('rank', 'Normal')}Rank"}
    if "point" in facts:
        wkt = "http://www.opengis.net/ont/geosparql#wktLiteral"
        row["point"] = {"datatype": wkt, "type": "literal", "value": facts["point"]}
    if "end" in facts:
        date = "http://www.w3.org/2001/XMLSchema#dateTime"
        row["end"] = {"datatype": date, "type": "literal", "value": facts["end"]}
    if "page" in facts:
        row["page"] = {"type": "uri", "value": facts["page"]}
    return row


class SparqlServer:
    """Answers queries from a table of rows by category; `faults` are used up first, one a request.

    A fault is (status, headers, body), `timeout` (silence) or `cut` (half an answer); `slow_above` answers every query
    of more categories as the public endpoint does when its time is up.
    """

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.rows = rows
        self.faults: list[Any] = []
        self.slow_above: int | None = None
        self.slow: set[str] = set()
        self.asked: list[list[str]] = []
        self.queries: list[str] = []
        self.agents: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/sparql"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: str) -> tuple[int, dict[str, str], bytes] | str:
        titles = re.findall(r'\("((?:[^"\\]|\\.)*)" "Category:', query)
        titles = [title.replace('\\"', '"').replace("\\\\", "\\") for title in titles]
        self.asked.append(titles)
        if self.faults:
            fault = self.faults.pop(0)
            if fault != "cut":
                return fault
        else:
            fault = None
        if (self.slow_above is not None and len(titles) > self.slow_above) or self.slow & set(titles):
            return 500, {}, b"SPARQL-QUERY: ...\njava.util.concurrent.TimeoutException\n\tat java.util..."
        rows = [row for title in titles for row in self.rows.get(title, [])]
        body = json.dumps({"head": {"vars": ["category"]}, "results": {"bindings": rows}}).encode()
        return 200, {}, body[: len(body) // 2] if fault == "cut" else body

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                server.agents.append(self.headers["user-agent"])
                server.queries.append(parse_qs(body)["query"][0])
                answer = server.answer(server.queries[-1])
                if isinstance(answer, str):
                    self.connection.settimeout(30.0)
                    self.connection.recv(1)  # until the client has had enough
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in {"content-type": "application/sparql-results+json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


EIFFEL = binding(
    "Tour Eiffel", "Q243", state="Q142", point="Point(2.2945 48.8584)", page="https://commons.wikimedia.org/x"
)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = SparqlServer({"Tour Eiffel": [EIFFEL]})
    yield server
    server.close()

import json
import socket

import pytest

from triovision.data.provenance.sparql import SparqlOptions
from triovision.errors import DataError

BUSY = (429, {"retry-after": "0"}, b"slow down")
BROKEN = (502, {}, b"bad gateway")


@pytest.fixture
def ask(endpoint, join, tmp_path):
    def run(listener=None, cache=None, **options):
        chosen = {"batch_size": 3, "pause_s": 0.0, "timeout_s": 30.0, "backoff_s": 0.001, **options}
        asked = SparqlOptions(chosen.pop("endpoint", endpoint.url), **chosen)
        return join(listener, wikidata=asked, cache=cache or tmp_path / "cache")

    return run


def test_items_become_countries(endpoint, ask):
    joined = ask()
    assert joined.codes() == {"1": "FR"}
    assert joined.rows["1"]["evidence"] == "Q243, country FR, coordinates 48.8584,2.2945 in FR"
    assert [len(batch) for batch in endpoint.asked] == [3, 2]
    assert endpoint.agents[0].startswith("triovision/")
    assert joined.report.unanswered == 0


def test_the_query_asks_for_both_kinds_of_link_and_escapes_titles(kit, endpoint, data_set, ask):
    kit.write_data_set(data_set, {"1": 'A "b" \\ c', "2": "D"}, {"1": 1})
    ask()
    assert sorted(title for batch in endpoint.asked for title in batch) == ['A "b" \\ c', "D"]
    query = endpoint.queries[0]
    assert "wdt:P373 ?category" in query
    assert "schema:isPartOf <https://commons.wikimedia.org/>" in query
    assert '("D" "Category:D"@en)' in query


def test_facts_that_are_spread_over_rows(kit, endpoint, ask):
    endpoint.rows = {
        "Tour Eiffel": [
            kit.binding("Tour Eiffel", "Q243", state="Q183", end="1990-01-01T00:00:00Z"),
            kit.binding("Tour Eiffel", "Q243", state="Q142", rank="Preferred"),
            kit.binding("Tour Eiffel", "Q243", state="Q17", rank="Deprecated", point="Point(2.2945 48.8584)"),
            {"category": {"type": "literal", "value": "Tour Eiffel"}, "item": {"type": "bnode", "value": "t1"}},
            kit.binding("Never asked for", "Q1", state="Q17"),
        ],
        "Mont Blanc": [
            kit.binding("Mont Blanc", "Q583", point="<http://www.wikidata.org/entity/Q405> Point(1 2)"),
            kit.binding("Mont Blanc", "Q583", point="Point(1.2.3 95)"),
        ],
    }
    joined = ask()
    assert joined.codes() == {"1": "FR"}
    assert joined.counts("wikidata")["item without a country of today and without coordinates"] == 1


def test_a_second_run_asks_nobody(endpoint, ask):
    ask()
    asked = len(endpoint.asked)
    assert ask().codes() == {"1": "FR"}
    assert len(endpoint.asked) == asked


def test_a_run_that_broke_off_goes_on_even_with_another_batch_size(endpoint, ask, tmp_path):
    original = endpoint.answer
    endpoint.answer = lambda query: original(query) if len(endpoint.asked) < 1 else (403, {}, b"go away")
    with pytest.raises(DataError, match=r"refuses us \(403: go away\); run the same command again"):
        ask()
    first = set(endpoint.asked[0])
    endpoint.answer = original
    ask(batch_size=1)
    assert first.isdisjoint(title for batch in endpoint.asked[1:] for title in batch)
    assert not list((tmp_path / "cache").glob("*.partial"))


def test_broken_and_foreign_cache_files_are_not_believed(endpoint, ask, tmp_path):
    ask()
    cache = tmp_path / "cache"
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in cache.glob("*.json")]
    for path in cache.glob("*.json"):
        path.write_text("{")
    (cache / "other.json").write_text(json.dumps({**contents[0], "endpoint": "https://elsewhere"}))
    (cache / "version.json").write_text(json.dumps({**contents[0], "version": 99}))
    (cache / "shape.json").write_text(json.dumps({**contents[0], "answers": {"Tour Eiffel": [[1]]}}))
    (cache / "left.json.partial").write_text("{")
    asked = len(endpoint.asked)
    assert ask().codes() == {"1": "FR"}
    assert len(endpoint.asked) == 2 * asked
    assert not (cache / "left.json.partial").exists()


@pytest.mark.parametrize("fault", [BUSY, BROKEN, (500, {}, b"out of memory"), (503, {"retry-after": "0"}, b"")])
def test_passing_trouble_is_waited_out(endpoint, ask, fault):
    endpoint.faults = [fault, fault]
    assert ask().codes() == {"1": "FR"}
    assert endpoint.asked[0] == endpoint.asked[1] == endpoint.asked[2]


@pytest.mark.parametrize("fault", ["cut", (504, {}, b""), (500, {}, b"java.util.concurrent.TimeoutException")])
def test_a_batch_that_takes_too_long_is_halved(endpoint, ask, fault):
    endpoint.faults = [fault]
    assert ask().codes() == {"1": "FR"}
    assert [len(batch) for batch in endpoint.asked] == [3, 1, 2, 2]


def test_a_silent_endpoint_is_given_up_and_the_batch_halved(endpoint, ask):
    endpoint.faults = ["timeout"]
    assert ask(timeout_s=2.0).codes() == {"1": "FR"}
    assert [len(batch) for batch in endpoint.asked] == [3, 1, 2, 2]


def test_one_category_that_never_answers_is_left_out_and_counted(kit, endpoint, ask):
    endpoint.slow = {"Mont Blanc"}
    listener = kit.Heard()
    joined = ask(listener)
    assert joined.codes() == {"1": "FR"}
    assert joined.report.unanswered == 1
    assert joined.counts("wikidata")["no answer in time"] == 1
    assert joined.facts["not_covered"]["wikidata: no answer in time"]["landmarks"] == 1
    assert any("Mont Blanc" in sentence for sentence in listener.sentences)


def test_an_endpoint_that_is_too_slow_for_everything_ends_the_run(endpoint, ask):
    endpoint.slow_above = 0
    with pytest.raises(DataError, match="the query takes too long; run the same command again"):
        ask()
    assert len(endpoint.asked) < 10


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ((400, {}, b"MalformedQueryException"), r"does not understand the query \(400: MalformedQueryException\)"),
        ((404, {}, b""), r"is not there \(404\)"),
        ((418, {}, b"teapot"), "does not answer"),
        ((200, {}, b"<html>login</html>"), "something else than SPARQL results"),
        ((200, {}, b"[1]"), "JSON that is no SPARQL result"),
        ((200, {}, b'{"results": {"bindings": "none"}}'), "JSON that is no SPARQL result"),
        ((200, {}, b'{"results": {"bindings": [7]}}'), "JSON that is no SPARQL result"),
        ((200, {}, b'{"results":' + b"[" * 100_000), "JSON that is no SPARQL result"),
        ((401, {}, b""), r"asks for a login \(401\)"),
        ((302, {"location": "ftp://x/"}, b""), "redirects to nowhere"),
    ],
)
def test_an_endpoint_that_is_none_is_told_at_once(endpoint, ask, fault, problem):
    endpoint.faults = [fault]
    with pytest.raises(DataError, match=problem):
        ask()
    assert len(endpoint.asked) == 1


def test_trouble_that_does_not_pass_ends_the_run(endpoint, ask):
    endpoint.faults = [BROKEN] * 20
    with pytest.raises(DataError, match="answers 502 Bad Gateway; run the same command again"):
        ask(retries=5)
    assert len(endpoint.asked) == 3  # before the first answer patience is short


def test_an_address_without_a_server_is_told(ask):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DataError, match=r"cannot be reached .* check the network; .* --wikidata-dump"):
        ask(endpoint=f"http://127.0.0.1:{port}/sparql")


def test_a_cache_that_cannot_be_made_is_told(ask, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="choose another folder with --cache"):
        ask(cache=tmp_path / "file" / "cache")


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "query.wikidata.org"},
        {"endpoint": "http://[x"},
        {"batch_size": 0},
        {"timeout_s": 0},
        {"pause_s": -1},
    ],
)
def test_options_that_make_no_sense_are_told(options):
    with pytest.raises(DataError, match="--wikidata"):
        SparqlOptions(**options)


def test_the_dump_is_looked_at_before_the_endpoint_is_asked(kit, endpoint, join, tmp_path):
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(kit.entity(1, "Mont Blanc", ("Q142",))))
    options = SparqlOptions(endpoint.url, pause_s=0.0)
    joined = join(wikidata=options, wikidata_dump=dump, cache=tmp_path / "cache")
    assert joined.codes() == {"1": "FR", "10": "FR"}
    assert "Mont Blanc" not in endpoint.asked[0]

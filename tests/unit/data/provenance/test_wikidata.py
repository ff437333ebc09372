import bz2
import gzip
import json

import pytest

from triovision.errors import DataError

PARIS, MUNICH = (48.8584, 2.2945), (48.1386, 11.5736)


@pytest.fixture
def dump(tmp_path):
    def write(*entities):
        path = tmp_path / "wikidata.json"
        path.write_text("".join(f"{json.dumps(entity)}\n" for entity in entities), encoding="utf-8")
        return path

    return write


def test_an_item_that_links_to_the_category_and_one_that_names_it(kit, join, dump):
    joined = join(
        wikidata_dump=dump(
            kit.entity(243, "Tour Eiffel", ("Q142",), PARIS),
            kit.entity(7, "Frauenkirche (München)", ("Q183",), linked=False),
            kit.entity(8, "Somewhere else", ("Q183",), MUNICH),
        )
    )
    assert joined.codes() == {"1": "FR", "2": "DE"}
    assert joined.rows["1"]["evidence"] == "Q243, country FR, coordinates 48.8584,2.2945 in FR"
    assert joined.rows["1"]["confidence"] == pytest.approx(0.98)
    assert (joined.rows["2"]["confidence"], joined.rows["2"]["latitude"]) == (pytest.approx(0.9), None)
    assert joined.facts["sources"]["wikidata"]["licence"] == "CC0 1.0"


@pytest.mark.parametrize(
    ("states", "point", "code"),
    [
        (("Q15180",), (50.45, 30.52), "UA"),  # the Soviet Union decides nothing, the coordinates do
        (("Q15180",), None, None),
        (("Q16957",), None, "DE"),  # East Germany lies in one country
        (("Q159",), (44.43, 34.13), "UA"),
        (("Q999999",), MUNICH, "DE"),
        (("Q999999",), None, None),
        (("Q142", "Q38"), (45.95, 6.4), "FR"),
        (("Q142", "Q38"), None, None),
        ((), MUNICH, "DE"),
        ((), None, None),
        (("Q17",), MUNICH, None),
    ],
)
def test_states_and_coordinates_check_each_other(kit, join, dump, states, point, code):
    joined = join(wikidata_dump=dump(kit.entity(1, "Tour Eiffel", states, point)))
    assert joined.codes().get("1") == code


def test_ranks_and_end_times(kit, join, dump):
    def item(name, rank="normal", **options):
        return kit.statement({"entity-type": "item", "id": name}, rank, **options)

    def code(*states):
        return join(wikidata_dump=dump(kit.entity(1, "Tour Eiffel", states))).codes().get("1")

    assert code(item("Q183", ended=True), item("Q142")) == "FR"
    assert code(item("Q183", "preferred", ended=True), item("Q142")) == "FR"
    assert code(item("Q183", "preferred"), item("Q142")) == "DE"
    assert code(item("Q183", "deprecated"), item("Q142")) == "FR"
    assert code(item("Q183", ended=True)) is None
    assert code(item("Q183", snaktype="somevalue"), item("Q142")) == "FR"
    assert code(kit.statement({"entity-type": "item", "numeric-id": 142})) == "FR"


def test_what_does_not_help_is_counted(kit, join, dump):
    joined = join(
        wikidata_dump=dump(
            kit.entity(1, "Tour Eiffel", ("Q15180", "Q999999")),
            kit.entity(2, "Mont Blanc", (), (1.0, 2.0), globe="http://www.wikidata.org/entity/Q405"),
            kit.entity(3, "Churches in Bavaria", (), (95.0, 2.0)),
            kit.entity(4, "Swallow's Nest", (), (44.43, 394.13 - 720)),
        )
    )
    assert joined.codes() == {"4": "UA"}
    assert joined.counts("wikidata") == {
        "coordinates out of range or not on Earth": 2,
        "entities of the dump": 4,
        "item without a country of today and without coordinates": 3,
        "no item for the category": 1,
        "rows": 5,
        "state whose ground is several countries today": 1,
        "unknown state": 1,
        "used": 1,
    }


def test_the_item_that_links_is_believed_before_those_that_name(kit, join, dump):
    named = kit.entity(1, "Tour Eiffel", ("Q17",), linked=False)
    assert join(wikidata_dump=dump(named, kit.entity(2, "Tour Eiffel", ("Q142",)))).codes() == {"1": "FR"}
    assert join(wikidata_dump=dump(named, kit.entity(2, "Tour Eiffel"))).codes() == {"1": "JP"}


def test_items_that_disagree_give_no_country(kit, join, dump):
    items = [kit.entity(n, "Tour Eiffel", (state,), linked=False) for n, state in ((1, "Q142"), (2, "Q17"))]
    joined = join(wikidata_dump=dump(*items))
    assert joined.rows == {}
    assert [(c["kind"], c["country_code"], c["other_country_code"]) for c in joined.conflicts] == [
        ("items", "FR", "JP")
    ]


def test_name_and_coordinates_that_disagree_are_a_conflict(kit, join, dump):
    joined = join(wikidata_dump=dump(kit.entity(1, "Tour Eiffel", ("Q17",), PARIS)))
    assert [(c["kind"], c["country_code"], c["other_country_code"]) for c in joined.conflicts] == [
        ("name and coordinates", "JP", "FR")
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_the_array_of_the_official_dumps_packed_or_not(kit, join, tmp_path, pack):
    path = tmp_path / "dump"
    lines = [json.dumps(kit.entity(n, title, ("Q142",))) for n, title in ((1, "Tour Eiffel"), (2, "Mont Blanc"))]
    path.write_bytes(pack(("[\n" + ",\n".join(lines) + "\n]\n").encode()))
    assert join(wikidata_dump=path).codes() == {"1": "FR", "10": "FR"}


def test_broken_and_hostile_lines_are_counted_and_skipped(kit, join, tmp_path):
    path = tmp_path / "dump"
    good = json.dumps(kit.entity(1, "Tour Eiffel", ("Q142",)))
    names_mont_blanc = b'"P373": [{"mainsnak": {"snaktype": "value", "datavalue": {"value": "Mont Blanc"}}}]'
    state_is_a_number = b'"P17": [{"mainsnak": {"snaktype": "value", "datavalue": 7}}]'
    broken = [
        b'{"commonswiki": ',
        b'"commonswiki"',
        b'{"sitelinks": {"commonswiki": {"title": 3}}, "claims": {"P373": 5}}',
        b'{"id": "Q1", "claims": {%s, %s}}' % (names_mont_blanc, state_is_a_number),
        b'{"id": "X1", "claims": {%s}}' % names_mont_blanc,
        b'{"commonswiki":' + b"[" * 100_000,
        b"\xff\xfe commonswiki",
    ]
    other = b'{"id": "Q2", "claims": [], "sitelinks": []}'
    path.write_bytes(b"\n".join([*broken, other, good.encode(), b""]))
    joined = join(wikidata_dump=path)
    assert joined.codes() == {"1": "FR"}
    assert joined.counts("wikidata")["unreadable lines of the dump"] == len(broken)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "holds no Wikidata entity"),
        (b"<html>\n", "holds no Wikidata entity"),
        (gzip.compress(b'{"id": "Q1"}\n' * 1000)[:-20], "is cut off"),
        (b"BZ not really\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_dump_is_one_clear_line(join, tmp_path, content, problem):
    path = tmp_path / "dump"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        join(wikidata_dump=path)


def test_a_dump_that_is_not_there_is_told(join, tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        join(wikidata_dump=tmp_path / "none")

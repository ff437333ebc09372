"""Golden places, properties of the borders, and coasts."""

import json
import math
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import all_countries, great_circle_km, locate
from triovision.countries.borders import MOST_PAIRS, expand, find_ground, load_borders, split_work

GOLDEN = """
FR 48.8584 2.2945 Eiffel Tower;FR 42.70 9.45 Bastia;FR 43.30 5.37 Marseille;FR 48.58 7.75 Strasbourg
FR 47.75 7.30 Mulhouse;GF 4.922 -52.313 Cayenne;GP 16.24 -61.53 Pointe-a-Pitre;MQ 14.61 -61.07 Fort-de-France
RE -21.12 55.54 Reunion;YT -12.78 45.23 Mamoudzou;PM 46.78 -56.18 Saint-Pierre;NC -22.27 166.45 Noumea
PF -17.54 -149.57 Papeete;WF -13.28 -176.18 Mata-Utu;BL 17.90 -62.83 Gustavia;MF 18.09 -63.06 Saint Martin
TF -49.35 70.22 Kerguelen;FR 10.30 -109.22 Clipperton;NO 59.91 10.75 Oslo;NO 60.39 5.32 Bergen;NO 70.66 23.68 Hammerfest
NO 71.17 25.78 North Cape;SJ 78.22 15.65 Longyearbyen;SJ 70.98 -8.5 Jan Mayen;BV -54.42 3.36 Bouvet
NL 52.37 4.90 Amsterdam;BQ 12.15 -68.27 Bonaire;BQ 17.63 -63.24 Saba;BQ 17.49 -62.98 Sint Eustatius
SX 18.03 -63.05 Philipsburg;AW 12.52 -70.03 Aruba;CW 12.12 -68.93 Curacao;UA 50.45 30.52 Kyiv;UA 44.95 34.10 Simferopol
UA 44.60 33.53 Sevastopol;UA 45.36 36.47 Kerch;UA 45.95 33.80 Perekop;UA 48.00 37.80 Donetsk;RU 45.22 36.72 Taman
RU 55.75 37.62 Moscow;RU 54.71 20.51 Kaliningrad;RU 43.12 131.89 Vladivostok;RU 66.3 -172.0 Chukotka
RU 71.2 -179.5 Wrangel Island;RU 71.1 179.5 Wrangel west;RU 68.0 180 antimeridian;RU 68.0 -180 antimeridian
RU 44.03 145.85 Kunashir;FJ -18.14 178.44 Suva;FJ -16.80 -179.95 Taveuni east;FJ -16.85 179.97 Taveuni
FJ -16.78 180 Taveuni;AQ -90 0 South Pole;AQ -90 -180 South Pole;AQ -90 180 South Pole;AQ -86 123 below the map
AQ -77.85 166.67 McMurdo;AQ -85.5 180 antimeridian;AQ -64.83 -63.49 Port Lockroy;LS -29.31 27.48 Maseru
LS -29.6 28.6 Lesotho;ZA -29.12 26.22 Bloemfontein;SM 43.936 12.447 San Marino;VA 41.9022 12.4539 St Peter's
VA 41.9065 12.4536 Vatican Museums;VA 41.9022 12.4573 the Square;IT 41.8902 12.4922 Colosseum
IT 41.9031 12.4663 Castel Sant'Angelo;IT 41.9058 12.4823 Trevi;IT 43.77 11.26 Florence;IT 44.06 12.57 Rimini
IT 45.44 12.34 Venice;MC 43.7384 7.4246 Monaco;MC 43.7392 7.4283 Casino;MC 43.7489 7.4342 Saint-Roman
FR 43.7219 7.4069 Cap-d'Ail;FR 43.749 7.417 Beausoleil;FR 43.70 7.26 Nice;FR 43.775 7.50 Menton;ES 35.888 -5.316 Ceuta
ES 35.292 -2.938 Melilla;MA 35.58 -5.36 Tetouan;ES 42.464 1.981 Llivia;AD 42.507 1.522 Andorra;ES 28.46 -16.25 Tenerife
GI 36.135 -5.348 Gibraltar;PT 37.74 -25.67 Azores;PT 32.65 -16.91 Funchal;BE 50.85 4.35 Brussels;NL 51.589 4.776 Breda
BE 51.32 4.94 Turnhout;LU 49.61 6.13 Luxembourg;LI 47.14 9.52 Vaduz;CH 46.20 6.15 Geneva;DE 52.52 13.405 Berlin
DE 54.18 7.89 Helgoland;AT 47.27 11.39 Innsbruck;CZ 50.09 14.42 Prague;GB 51.50 -0.13 London;GB 54.60 -5.93 Belfast
GB 60.15 -1.15 Lerwick;IE 53.35 -6.26 Dublin;IM 54.15 -4.48 Douglas;JE 49.19 -2.11 Saint Helier
GG 49.46 -2.54 Saint Peter Port;FO 62.01 -6.77 Torshavn;GL 64.18 -51.72 Nuuk;IS 64.15 -21.94 Reykjavik
AX 60.10 19.94 Mariehamn;SE 59.33 18.07 Stockholm;AZ 39.82 46.75 Stepanakert;AZ 39.21 45.41 Nakhchivan
AM 40.18 44.51 Yerevan;GE 43.00 41.02 Sukhumi;GE 42.23 43.97 Tskhinvali;MD 46.84 29.63 Tiraspol;CY 35.12 33.94 Famagusta
CY 35.34 33.32 Kyrenia;CY 34.92 33.63 Larnaca;GB 34.60 32.97 Akrotiri;GB 34.99 33.73 Dhekelia
SY 33.13 35.78 Quneitra side of the Golan;SY 33.1 35.8 Golan;SY 32.99 35.69 Katzrin;SY 33.27 35.77 Majdal Shams
IL 33.21 35.57 Kiryat Shmona;IL 32.79 35.53 Tiberias;IL 32.78 35.64 Ein Gev;IL 33.24 35.65 Dan;IL 32.08 34.78 Tel Aviv
SY 33.51 36.29 Damascus;JO 32.55 35.85 Irbid;PS 31.776 35.236 East Jerusalem;PS 31.52 34.45 Gaza;PS 31.90 35.20 Ramallah
LB 33.27 35.20 Tyre;EH 27.15 -13.20 Laayoune;EH 23.70 -15.93 Dakhla;EH 26.16 -10.57 Tifariti;MA 28.44 -11.10 Tan-Tan
MA 33.57 -7.59 Casablanca;DZ 27.67 -8.15 Tindouf;MR 20.93 -17.03 Nouadhibou;SO 9.56 44.06 Hargeisa
SO 2.04 45.34 Mogadishu;DJ 11.59 43.15 Djibouti;XK 42.66 21.16 Pristina;XK 42.89 20.87 North Mitrovica
RS 44.79 20.45 Belgrade;ME 42.43 19.26 Podgorica;TW 25.03 121.56 Taipei;TW 24.44 118.32 Kinmen;CN 24.48 118.09 Xiamen
CN 29.65 91.12 Lhasa;HK 22.30 114.17 Hong Kong;MO 22.197 113.541 Macao;CN 22.54 114.06 Shenzhen
CU 19.91 -75.20 Guantanamo Bay;KZ 45.96 63.30 Baikonur;CO 15.79 -79.85 Bajo Nuevo;US 21.31 -157.86 Honolulu
US 61.22 -149.90 Anchorage;US 48.98 -123.05 Point Roberts;US 51.88 -176.65 Adak;US 52.9 172.9 Attu
PR 18.47 -66.11 San Juan;GU 13.48 144.75 Guam;UM 28.2 -177.37 Midway;UM 19.28 166.6 Wake
VI 18.34 -64.93 Charlotte Amalie;CA 49.28 -123.12 Vancouver;CA 43.65 -79.38 Toronto;CA 82.50 -62.35 Alert
MX 32.53 -117.04 Tijuana;US 32.72 -117.16 San Diego;AO -5.55 12.19 Cabinda;TL -9.20 124.36 Oecusse;TL -8.56 125.57 Dili
BN 4.71 115.07 Temburong;OM 26.18 56.25 Khasab;OM 25.285 56.325 Madha;AE 25.27 56.275 Nahwa;UZ 39.97 71.13 Sokh
TJ 39.85 70.58 Vorukh;GM 13.45 -16.58 Banjul;SN 14.69 -17.45 Dakar;CX -10.49 105.63 Christmas Island
CC -12.19 96.83 Cocos;AU -12.43 123.58 Cartier Island;HM -53.1 73.5 Heard;NF -29.03 167.95 Norfolk
TK -9.20 -171.85 Nukunonu;TK -9.38 -171.22 Fakaofo;TV -8.52 179.20 Funafuti;KI 1.45 173.03 Tarawa
KI 1.87 -157.40 Kiritimati;MV 4.175 73.51 Male;MH 7.10 171.37 Majuro;NR -0.52 166.93 Nauru;PN -25.07 -130.10 Pitcairn
SH -15.92 -5.72 Jamestown;SH -37.07 -12.31 Tristan da Cunha;SH -7.93 -14.41 Ascension;GS -54.28 -36.51 Grytviken
FK -51.70 -57.85 Stanley;CL -27.15 -109.43 Easter;IO -7.30 72.40 Diego Garcia;ST 0.34 6.73 Sao Tome
SG 1.35 103.82 Singapore;MY 1.49 103.74 Johor;BH 26.22 50.58 Manama;JP 35.68 139.69 Tokyo;JP 26.21 127.68 Okinawa
KR 37.57 126.98 Seoul;KP 39.03 125.75 Pyongyang;IN 28.61 77.21 Delhi;IN 11.67 92.74 Port Blair;LK 6.93 79.86 Colombo
NP 27.72 85.32 Kathmandu;BT 27.47 89.64 Thimphu;BR -22.95 -43.21 Rio de Janeiro;AR -54.80 -68.30 Ushuaia
CL -53.16 -70.91 Punta Arenas;EC -0.74 -90.31 Galapagos;PE -13.16 -72.54 Machu Picchu;EG 29.98 31.13 Giza
ZM -17.86 25.83 Livingstone;ZW -17.93 25.83 Victoria Falls;CD -4.32 15.31 Kinshasa;CG -4.26 15.24 Brazzaville
SS 4.85 31.58 Juba;AU -33.86 151.21 Sydney;AU -42.88 147.33 Hobart;NZ -36.85 174.76 Auckland;NZ -43.95 -176.55 Chatham
GQ 3.75 8.78 Malabo
"""
PLACES = [place.split(" ", 3) for line in GOLDEN.split("\n") for place in line.split(";") if place]
NOWHERE = {
    "null island": (0, 0), "north pole": (90, 12), "mid-Atlantic": (45, -40), "Point Nemo": (-48.88, -123.39),
    "antimeridian": (40, 180), "Caspian": (42, 50.8), "Spratly Islands": (11.05, 114.28), "Siachen": (35.4, 77.1),
    "Scarborough Shoal": (15.13, 117.76),
}  # fmt: skip


@pytest.fixture(scope="module")
def borders():
    return load_borders()


def random_points(seed, count=2000):
    random = np.random.default_rng(seed)
    return np.degrees(np.arcsin(random.uniform(-1, 1, count))), random.uniform(-180, 180, count)


def points_by_borders(borders, seed, count, spread_units):
    """Grid points that lie around randomly chosen ends of borders."""
    random = np.random.default_rng(seed)
    near = borders.edges[random.integers(0, len(borders.edges), count), :2] + random.normal(0, spread_units, (count, 2))
    return near[:, 0] % borders.turn, near[:, 1]


def to_degrees(borders, x, y):
    return y * borders.step_degrees[1] + borders.origin_degrees[1], x * borders.step_degrees[0] - 180


@pytest.mark.parametrize(("code", "latitude", "longitude", "name"), PLACES, ids=[place[3] for place in PLACES])
def test_golden_place(code, latitude, longitude, name):
    assert locate(float(latitude), float(longitude)) == code


def test_there_are_many_golden_places():
    assert len(PLACES) >= 120


@pytest.mark.parametrize(("latitude", "longitude"), NOWHERE.values(), ids=NOWHERE.keys())
def test_no_country(latitude, longitude):
    assert locate(latitude, longitude) is None


@pytest.mark.parametrize("country", all_countries(), ids=lambda country: country.code)
def test_a_countrys_centre_lies_in_it(country):
    # West Island of Cocos is a line in the map, so its middle is just off the coast.
    assert locate(country.latitude, country.longitude, offshore_km=1 if country.code == "CC" else 0) == country.code


def test_every_country_has_ground(borders):
    assert {code for code in borders.codes.tolist() if code} == {country.code for country in all_countries()}


def test_a_scalar_equals_a_vector():
    latitude, longitude = random_points(1, 500)
    one_by_one = [locate(lat, lon) or "" for lat, lon in zip(latitude.tolist(), longitude.tolist(), strict=True)]
    assert locate(latitude, longitude).tolist() == one_by_one


def test_a_batch_of_any_size_gives_the_same(borders):
    latitude, longitude = to_degrees(borders, *points_by_borders(borders, 5, 40_000, 1000))
    parts = [locate(*part) for part in zip(np.split(latitude, 4), np.split(longitude, 4), strict=True)]
    assert (locate(latitude, longitude) == np.concatenate(parts)).all()


def test_arrays_keep_their_shape_and_broadcast():
    assert locate(np.array([[48.86], [0.0]]), np.array([2.3, 2.4, -150.0])).tolist() == [["FR", "FR", ""], [""] * 3]
    assert locate(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0, 2)
    assert locate(np.array([48.86], np.float32), np.array([2.3], np.float32)).dtype.kind == "U"


@given(st.floats(-90, 90), st.floats(-180, 180))
@settings(deadline=None, max_examples=100)
def test_every_place_on_earth_has_an_answer(latitude, longitude):
    assert locate(latitude, longitude) in {None, *(country.code for country in all_countries())}


@given(st.floats(-90, 90))
@settings(deadline=None, max_examples=50)
def test_both_sides_of_the_antimeridian_are_one(latitude):
    assert locate(latitude, -180) == locate(latitude, 180)


def read_plainly():
    """Edges and their two grounds, by the format's description and without numpy's help."""
    header, _, body = files("triovision.countries").joinpath("borders.bin").read_bytes().partition(b"\n")
    facts = json.loads(header)
    arcs, wide_count, at = facts["arcs"], facts["wide"], facts["arcs"] * 12
    numbers = memoryview(body[: at + wide_count * 4]).cast("i")
    wide = iter(numbers[arcs * 3 :])
    sides = body[at + wide_count * 4 :][: arcs * 2]
    steps = body[at + wide_count * 4 + arcs * 2 :][:arcs]
    deltas = iter(memoryview(body[at + wide_count * 4 + arcs * 3 :]).cast("b"))
    for arc in range(arcs):
        x, y = numbers[arc * 2], numbers[arc * 2 + 1]
        for _ in range(numbers[arcs * 2 + arc]):
            before = (x, y)
            dx, dy = (next(wide) if delta == -128 else delta for delta in (next(deltas), next(deltas)))
            x, y = x + dx * steps[arc], y + dy * steps[arc]
            yield (*before, x, y, sides[arc * 2], sides[arc * 2 + 1])


def slow_ground(x, y, edges, south_pole):
    """Ground by one ray from the south pole, which knows neither cells nor arcs."""
    x1, y1, x2, y2, one, other = edges[:, np.flatnonzero((edges[0] > x) != (edges[2] > x))]
    below = y1 + (x - x1) / (x2 - x1) * (y2 - y1) < y
    ground = south_pole
    for change in (one ^ other)[below].tolist():
        ground ^= change
    return ground


def test_cells_and_paths_equal_one_long_ray(borders):
    edges = np.array(list(read_plainly())).T
    over = edges[:, (edges[::2][:2] < 0).any(axis=0) | (edges[::2][:2] > borders.turn).any(axis=0)]
    turns = [over + np.array([[shift, 0, shift, 0, 0, 0]]).T for shift in (borders.turn, -borders.turn)]
    edges = np.concatenate([edges, *turns], axis=1)
    anywhere = borders.to_grid(*random_points(2, 100))
    x, y = np.concatenate([anywhere, points_by_borders(borders, 3, 300, 60)], axis=1)
    antarctica = borders.codes.tolist().index("AQ")
    slow = [slow_ground(*point, edges, antarctica) for point in zip(x, y, strict=True)]
    assert find_ground(borders, x, y).tolist() == slow


def test_no_two_borders_of_different_grounds_cross(borders):
    """Else the countries overlap, and counting there gives a third one."""
    cells, counts = borders.cells, np.diff(borders.cells.first).astype(np.int64)
    busy = np.flatnonzero(counts)
    for part in split_work(counts[busy] ** 2):
        cell, number = expand(counts[busy[part]] ** 2)
        first, count = cells.first[busy[part]][cell], counts[busy[part]][cell]
        pair = cells.borders[first + number // count], cells.borders[first + number % count]
        differ = (borders.sides[pair[0]] != borders.sides[pair[1]]).any(axis=1)
        one, other = (borders.edges[edge[differ]].T.astype(np.int64) for edge in pair)
        assert not (part_ends(one, other) & part_ends(other, one)).any()


def part_ends(line, edge):
    """Whether the ends of each edge lie strictly on different sides of each line."""
    x1, y1, x2, y2 = line
    one, other = ((x2 - x1) * (edge[i + 1] - y1) - (y2 - y1) * (edge[i] - x1) for i in (0, 2))
    return np.sign(one) * np.sign(other) < 0


def distances_km(borders, edges, x, y, steps):
    """Distance to each edge, by the nearest of some points on it."""
    share = np.linspace(0, 1, steps)
    edge_x, edge_y = (edges[:, i, None] + share * (edges[:, i + 2] - edges[:, i])[:, None] for i in (0, 1))
    return great_circle_km(*to_degrees(borders, x, y), *to_degrees(borders, edge_x, edge_y)).min(axis=1)


def slow_coast(borders, x, y):
    """Ground and distance of the nearest coast, by points on all coasts around."""
    coasts = (borders.sides[:, 1] == 0) & (abs(borders.edges[:, 1] - y) < 0.5 / borders.step_degrees[1])
    edges, grounds = borders.edges[coasts], borders.sides[coasts, 0]
    nearest = np.argsort(distances_km(borders, edges, x, y, 9))[:30]
    distances = distances_km(borders, edges[nearest], x, y, 3000)
    return str(borders.codes[grounds[nearest][distances.argmin()]]), distances.min()


def test_the_nearest_coast_is_that_of_a_slow_search(borders):
    x, y = points_by_borders(borders, 4, 400, 1500)
    at_sea = find_ground(borders, x, y) == 0
    for point in list(zip(x[at_sea], y[at_sea], strict=True))[:40]:
        code, distance_km = slow_coast(borders, *point)
        latitude, longitude = to_degrees(borders, *point)
        assert locate(latitude, longitude, offshore_km=min(distance_km * 1.001 + 0.001, 100)) == (code or None)
        assert locate(latitude, longitude, offshore_km=max(distance_km * 0.999 - 0.001, 0)) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "offshore_km", "code"),
    [
        (43.60, 7.20, 25, "FR"),  # the bay of Nice
        (47.15, -2.6, 25, "FR"),
        (50.2, -6.5, 25, None),  # 50 km off Land's End
        (50.2, -6.5, 60, "GB"),
        (35.95, -5.6, 25, "ES"),  # the strait of Gibraltar, nearer to Tarifa
        (51.0, 1.45, 25, "GB"),  # the strait of Dover
        (50.95, 1.70, 25, "FR"),
        (-16.5, -179.99, 100, "FJ"),
        (71.5, 178.0, 100, "RU"),  # the coast lies on the other side of the antimeridian
        (84.2, -31.0, 100, "GL"),  # north of the northernmost coast
        (84.8, -31.0, 100, None),
        (89.9, -31.0, 100, None),
        (51.9, 180.0, 100, "US"),  # Semisopochnoi, in the eastern half
        (44.4, 50.1, 25, "KZ"),
    ],
)
def test_offshore(latitude, longitude, offshore_km, code):
    assert locate(latitude, longitude, offshore_km=offshore_km) == code


def test_no_reach_finds_ground_only():
    assert locate(43.60, 7.20, offshore_km=0) is None
    assert locate(48.86, 2.3, offshore_km=0) == "FR"


@pytest.mark.parametrize("latitude", [math.nan, 90.001, -91, math.inf])
def test_a_wrong_latitude_is_refused(latitude):
    with pytest.raises(ValueError, match="latitude"):
        locate(latitude, 0)


def test_a_wrong_longitude_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"longitude at index 1 \(2 of 3 are wrong\) is 181; use degrees from -180"):
        locate(np.zeros(3), np.array([0.0, 181, 200]))


@pytest.mark.parametrize("offshore_km", [-1, 100.1, math.nan])
def test_a_wrong_reach_is_refused(offshore_km):
    with pytest.raises(ValueError, match="offshore_km"):
        locate(0, 0, offshore_km=offshore_km)


def test_work_is_split_into_whole_items():
    counts = np.array([MOST_PAIRS * 3, 1, MOST_PAIRS - 1, 5])
    assert [counts[part].tolist() for part in split_work(counts)] == [[MOST_PAIRS * 3], [1, MOST_PAIRS - 1], [5]]
    assert list(split_work(np.zeros(0, np.int64))) == []

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import great_circle_km
from triovision.data.stream.places import NEAR_KM, find_components, group_places

UNKNOWN = np.nan


def groups(points, landmarks=None):
    latitude, longitude = np.array(points, dtype=float).reshape(-1, 2).T
    marks = np.full(len(points), -1) if landmarks is None else np.array(landmarks)
    return group_places(marks.astype(np.int32), latitude, longitude).tolist()


def test_a_landmark_is_one_group_wherever_its_photos_lie():
    assert groups([(10, 10), (20, 20), (UNKNOWN, UNKNOWN), (30, 30)], [4, 4, 4, 5]) == [0, 0, 0, 3]


def test_a_photo_of_which_nothing_is_known_is_alone():
    assert groups([(UNKNOWN, UNKNOWN)] * 3) == [0, 1, 2]


def test_neighbours_across_a_border_of_cells_are_one_group():
    # Steps of 500 m: several cells of 1 km, one chain.
    assert set(groups([(48 + step * 0.0045, 2) for step in range(20)])) == {0}


def test_what_lies_far_apart_is_not_joined():
    assert groups([(48, 2), (48.05, 2), (48, 2.05)]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "other"), [((10, 179.997), (10, -179.997)), ((89.9999, 0), (89.9999, 180)), ((-90, 0), (-89.999, 77))]
)
def test_neither_the_date_line_nor_a_pole_is_a_gap(one, other):
    assert groups([one, other]) == [0, 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-80, 80), st.floats(-179, 179))
def test_photos_less_than_a_kilometre_apart_are_in_one_group(seed, latitude, longitude):
    random = np.random.default_rng(seed)
    points = np.column_stack((random.normal(latitude, 0.02, 40), random.normal(longitude, 0.02, 40)))
    found = groups(points)
    for one in range(40):
        for other in range(one):
            if great_circle_km(*points[one], *points[other]) < NEAR_KM:
                assert found[one] == found[other]


def test_many_photos_of_one_square_cost_no_more_than_one():
    random = np.random.default_rng(0)
    points = np.column_stack((random.normal(48, 0.0005, 20_000), random.normal(2, 0.0005, 20_000)))
    assert set(groups(points)) == {0}


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_those_of_a_search(count, edges):
    edges = [(one % count, other % count) for one, other in edges]
    lowest = list(range(count))
    for _ in range(count):
        for one, other in edges:
            lowest[one] = lowest[other] = min(lowest[one], lowest[other])
    one, other = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    assert find_components(count, one, other).tolist() == lowest

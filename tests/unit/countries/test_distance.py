from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triovision.countries import great_circle_km
from triovision.countries.distance import EARTH_RADIUS_KM

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
HALF_WAY_ROUND_KM = math.pi * EARTH_RADIUS_KM


@pytest.mark.parametrize(
    ("points", "distance_km"),
    [
        ((48.8567, 2.3508, 40.7128, -74.0060), 5837),  # Paris to New York
        ((59.9, 10.75, -33.87, 151.21), 15956),  # Oslo to Sydney
        ((0, 179.5, 0, -179.5), 111.2),  # over the antimeridian
        ((90, 0, -90, 123), HALF_WAY_ROUND_KM),
        ((0, 0, 0, 180), HALF_WAY_ROUND_KM),
        ((12.3, 45.6, 12.3, 45.6), 0),
    ],
)
def test_known_distances(points, distance_km):
    assert great_circle_km(*points) == pytest.approx(distance_km, rel=1e-3)


def test_numbers_give_a_float():
    assert type(great_circle_km(1, 2, 3.5, 4)) is float


def test_arrays_broadcast():
    latitude = np.array([[10.0], [20.0]])
    distance_km = great_circle_km(latitude, np.zeros((1, 3)), 0.0, 0.0)
    assert distance_km.shape == (2, 3)
    assert distance_km[1, 2] == great_circle_km(20.0, 0.0, 0.0, 0.0)


def test_single_precision_is_widened():
    near = great_circle_km(0.0, 0.0, np.zeros(1, np.float32), np.array([1e-3], np.float32))
    assert near.dtype == np.float64
    assert near[0] == pytest.approx(0.1112, rel=1e-3)


@settings(deadline=None, max_examples=50)
@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_at_most_half_way_round(lat1, lon1, lat2, lon2):
    distance_km = great_circle_km(lat1, lon1, lat2, lon2)
    assert 0 <= distance_km <= HALF_WAY_ROUND_KM
    assert distance_km == pytest.approx(great_circle_km(lat2, lon2, lat1, lon1), abs=1e-6)

import numpy as np
import pytest

from triovision.countries import all_countries, locate
from triovision.data.stats.outlines import load_outlines, project


def contains(rings, longitude, latitude):
    """Even-odd rule, along the parallel."""
    inside = False
    for ring in rings:
        (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
        over = (y1 > latitude) != (y2 > latitude)
        at = x1[over] + (latitude - y1[over]) / (y2 - y1)[over] * (x2 - x1)[over]
        inside ^= bool((at > longitude).sum() % 2)
    return inside


def test_rings_are_closed_and_on_the_map():
    for outline in load_outlines():
        for ring in outline.rings:
            assert np.array_equal(ring[0], ring[-1])
            assert -169 <= ring[:, 0].min() <= ring[:, 0].max() <= 191
            assert -90 <= ring[:, 1].min() <= ring[:, 1].max() <= 90


def test_outlines_hold_the_places_that_locate_puts_there():
    rings = {outline.code: outline.rings for outline in load_outlines()}
    random = np.random.default_rng(0)
    latitude, longitude = np.degrees(np.arcsin(random.uniform(-1, 1, 400))), random.uniform(-169, 191, 400)
    codes = locate(latitude, (longitude + 180) % 360 - 180, offshore_km=0)
    right = [
        contains(rings[code], x, y) == (code == truth)
        for x, y, truth in zip(longitude, latitude, codes, strict=True)
        for code in ("RU", "AQ", "US", "ZA", "FJ", "FR", "CN")
    ]
    # The grid of 0.15 degrees puts a place near a border on its other side.
    assert np.mean(right) > 0.999


def test_enclave_is_a_hole():
    rings = {outline.code: outline.rings for outline in load_outlines()}
    assert contains(rings["LS"], 28.2, -29.5)
    assert not contains(rings["ZA"], 28.2, -29.5)


def test_every_country_but_the_smallest_has_an_outline():
    drawn = {outline.code for outline in load_outlines() if outline.rings}
    assert len({country.code for country in all_countries()} - drawn) < 30
    assert {"FR", "NO", "AQ", "RU", "US", "MT", "SG"} <= drawn


def test_equal_earth_has_its_known_extent():
    x, y = project(np.array([191.0, 11.0]), np.array([0.0, 90.0]))
    # Source: Savric et al. 2019, the projection's half width and half height.
    assert x[0] == pytest.approx(2.70663, abs=1e-4)
    assert y[1] == pytest.approx(1.31736, abs=1e-4)

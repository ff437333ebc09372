import numpy as np
import pytest

from triovision.decision import place_similarity
from triovision.export.gate import fit_gate, unit_centroids


def draw_places(count, seed):
    """Embeddings around two countries, and the site of each."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    embeddings = random.normal(0, 0.4, (count, 8)) + 3 * np.eye(2, 8)[labels]
    return embeddings.astype(np.float32), labels, np.array([f"site{row % 10}" for row in range(count)])


def test_the_stated_share_of_new_places_is_refused_and_noise_nearly_always():
    embeddings, labels, sites = draw_places(2000, 0)
    gate = fit_gate(embeddings, labels, sites, 2, refused_share=0.05)
    assert gate.refused_share == pytest.approx(0.05, abs=0.002)
    centroids = unit_centroids(embeddings, labels, 2)
    fresh, _, _ = draw_places(2000, 1)
    assert (place_similarity(fresh, centroids) < gate.min_similarity).mean() == pytest.approx(0.05, abs=0.02)
    noise = np.random.default_rng(2).normal(size=(500, 8)).astype(np.float32)
    assert (place_similarity(noise, centroids) < gate.min_similarity).mean() > 0.9


def test_a_site_is_not_held_against_its_own_photos():
    # Each site's photos are alike and like no other's: within the sites all is similar, across them nothing.
    embeddings = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)
    sites = np.repeat(["a", "b", "c", "d"], 5)
    assert fit_gate(embeddings, np.zeros(20, np.int64), sites, 1).min_similarity == pytest.approx(0)


def test_one_site_says_nothing_about_another():
    assert fit_gate(np.eye(3, dtype=np.float32), np.zeros(3, np.int64), np.array(["a"] * 3), 1) is None


def test_centroids_by_hand():
    embeddings = np.array([[3, 0], [1, 0], [0, 2]], np.float32)
    assert np.allclose(unit_centroids(embeddings, np.array([0, 0, 2]), 3), [[1, 0], [0, 0], [0, 1]])

import numpy as np
import pytest

from triovision.evidence import country_similarity, similar_countries

CENTROIDS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1], [0, 0, 0]], np.float32)
CODES = ("FR", "BE", "JP", "KE")


@pytest.fixture
def metadata(tiny_metadata):
    return tiny_metadata(country_codes=CODES, sample_counts=(1, 1, 1, 0), centroids=CENTROIDS)


def test_similar_countries_by_hand(metadata):
    found = similar_countries(metadata, np.array([3, 4, 0], np.float32))
    assert [entry.country_code for entry in found] == ["BE", "FR", "JP"]
    assert [entry.similarity for entry in found] == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)
    assert len(similar_countries(metadata, np.ones(3, np.float32), most=2)) == 2


def test_neither_centroids_nor_an_embedding_of_zeros_have_a_direction(tiny_metadata, metadata):
    assert similar_countries(tiny_metadata(centroids=None), np.ones(6, np.float32)) == ()
    assert similar_countries(metadata, np.zeros(3, np.float32)) == ()
    assert country_similarity(tiny_metadata(centroids=None)) is None


def test_countries_against_each_other(metadata):
    matrix = country_similarity(metadata)
    assert matrix.shape == (4, 4)
    assert np.isnan(matrix[3]).all()
    assert np.isnan(matrix[:, 3]).all()
    known = matrix[:3, :3]
    np.testing.assert_allclose(known, known.T)
    np.testing.assert_allclose(np.diag(known), 1)
    centred = CENTROIDS[:3] - CENTROIDS[:3].mean(axis=0)
    expected = centred[0] @ centred[1] / np.linalg.norm(centred[0]) / np.linalg.norm(centred[1])
    assert known[0, 1] == pytest.approx(expected, abs=1e-6)


def test_a_country_at_the_mean_is_like_no_other(tiny_metadata):
    metadata = tiny_metadata(country_codes=("FR",), sample_counts=(1,), centroids=CENTROIDS[:1])
    np.testing.assert_array_equal(country_similarity(metadata), [[0]])

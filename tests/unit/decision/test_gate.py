import numpy as np
import pytest

from triovision.bundle import PlaceGate
from triovision.decision import looks_like_a_place, place_similarity

CENTROIDS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)
GATE = PlaceGate(min_similarity=0.7, refused_share=0.02)


def test_similarity_is_the_cosine_to_the_nearest_country():
    embeddings = np.array([[3, 0, 0], [3, 4, 0], [0, 0, 5], [-1, -1, 0], [0, 0, 0]], np.float32)
    assert place_similarity(embeddings, CENTROIDS) == pytest.approx([1, 0.8, 0, 0, 0], abs=1e-6)


def test_what_is_like_no_country_is_no_place(tiny_metadata):
    metadata = tiny_metadata(centroids=CENTROIDS, gate=GATE)
    embeddings = np.array([[1, 0, 0], [1, 1.1, 0], [1, 1, 1]], np.float32)
    assert looks_like_a_place(embeddings, metadata).tolist() == [True, True, False]


@pytest.mark.parametrize("changes", [{"gate": None}, {"centroids": None, "gate": GATE}])
def test_without_gate_or_centroids_everything_is_a_place(tiny_metadata, changes):
    assert looks_like_a_place(np.zeros((2, 6), np.float32), tiny_metadata(**changes)).all()

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from triovision.bundle import metadata_to_json, read_bundle
from triovision.export.half import halve


def weights_of(model):
    return {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}


def wide(graph):
    """A tiny graph whose convolution is worth halving."""
    return next(item for item in graph.graph.initializer if item.name == "conv.weight")


def test_weights_are_halved_and_answers_stay(tiny_graph, tiny_metadata, bundle_bytes):
    exact = tiny_graph()
    halved = halve(exact)
    assert onnx.checker.check_model(halved) is None
    assert weights_of(halved)["conv.weight.half"].dtype == np.float16
    images = np.random.default_rng(0).normal(size=(5, 3, 32, 32)).astype(np.float32)
    text = metadata_to_json(tiny_metadata())
    whole, half = (read_bundle(bundle_bytes(model, text)) for model in (exact, halved))
    expected, found = whole.run(images, feature_map=True), half.run(images, feature_map=True)
    np.testing.assert_allclose(found.logits, expected.logits, atol=0.02)
    assert (found.logits != expected.logits).any()
    # The head stays exact, so that heat maps have the very weights.
    np.testing.assert_array_equal(half.head.weight, whole.head.weight)
    assert half.size_bytes < whole.size_bytes


def test_the_graph_given_is_left_alone(tiny_graph):
    model = tiny_graph()
    before = model.SerializeToString()
    halve(model)
    assert model.SerializeToString() == before


@pytest.mark.parametrize("change", ["too great", "whole numbers", "few"])
def test_what_half_cannot_hold_stays(tiny_graph, change):
    model = tiny_graph()
    values = numpy_helper.to_array(wide(model)).copy()
    if change == "too great":
        values[0] = 1e6
    elif change == "whole numbers":
        values = values.astype(np.int32)
    else:
        values = values[:1, :1, :2, :2]
    wide(model).CopyFrom(numpy_helper.from_array(values, "conv.weight"))
    halved = weights_of(halve(model))
    np.testing.assert_array_equal(halved["conv.weight"], values)
    assert "conv.weight.half" not in halved


def test_names_that_are_shared_are_cast_once(tiny_graph):
    model = tiny_graph()
    model.graph.node.insert(1, helper.make_node("Conv", ["image", "conv.weight"], ["again"], strides=[8, 8]))
    halved = halve(model)
    assert [node.op_type for node in halved.graph.node].count("Cast") == 1
    assert onnx.checker.check_model(halved) is None

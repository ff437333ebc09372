import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from triovision.bundle import metadata_to_json, read_bundle
from triovision.bundle.head import read_head
from triovision.classifier import CountryClassifier
from triovision.errors import BundleFieldError, BundleFormatError

WEIGHT = np.arange(6, dtype=np.float32).reshape(3, 2) / 7
BIAS = np.array([0.5, -1, 2], np.float32)


def model(nodes, weights):
    """A model file of some nodes and weights, from `embedding` to `logits`."""
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph).SerializeToString()


def gemm(**attributes):
    return [helper.make_node("Gemm", ["embedding", "w", "b"], ["logits"], **attributes)]


MATMUL = helper.make_node("MatMul", ["embedding", "w"], ["product"])


@pytest.mark.parametrize(
    ("nodes", "weights"),
    [
        (gemm(transB=1), {"w": WEIGHT, "b": BIAS}),
        (gemm(), {"w": WEIGHT.T.copy(), "b": BIAS}),
        (gemm(transB=1, alpha=0.5, beta=2.0), {"w": WEIGHT * 2, "b": BIAS / 2}),
        ([MATMUL, helper.make_node("Add", ["product", "b"], ["logits"])], {"w": WEIGHT.T.copy(), "b": BIAS}),
        ([MATMUL, helper.make_node("Add", ["b", "product"], ["logits"])], {"w": WEIGHT.T.copy(), "b": BIAS[None]}),
        (
            [
                helper.make_node("Gemm", ["embedding", "w", "b"], ["half"], transB=1),
                helper.make_node("Cast", ["half"], ["logits"], to=TensorProto.FLOAT),
            ],
            {"w": WEIGHT.astype(np.float16), "b": BIAS.astype(np.float16)},
        ),
        (
            [
                helper.make_node("Cast", ["w"], ["exact"], to=TensorProto.FLOAT),
                helper.make_node("Gemm", ["embedding", "exact", "b"], ["logits"], transB=1),
            ],
            {"w": WEIGHT.astype(np.float16), "b": BIAS},
        ),
    ],
    ids=["gemm", "gemm-untransposed", "alpha-beta", "add", "add-swapped", "half", "half-cast"],
)
def test_every_way_to_write_a_linear_layer(nodes, weights):
    head = read_head(model(nodes, weights), "m.onnx")
    np.testing.assert_allclose(head.weight, WEIGHT, atol=1e-3)
    np.testing.assert_allclose(head.bias, BIAS, atol=1e-3)
    assert not head.weight.flags.writeable


@pytest.mark.parametrize(
    "nodes",
    [
        [helper.make_node("MatMul", ["embedding", "w"], ["logits"])],
        [helper.make_node("Gemm", ["embedding", "w"], ["logits"])],
    ],
)
def test_no_bias_is_a_bias_of_zero(nodes):
    head = read_head(model(nodes, {"w": WEIGHT.T.copy()}), "m.onnx")
    np.testing.assert_array_equal(head.bias, np.zeros(3))
    np.testing.assert_array_equal(head.weight, WEIGHT)


def test_weights_stored_as_numbers_rather_than_raw():
    content = onnx.load_from_string(model(gemm(transB=1), {"w": WEIGHT, "b": BIAS}))
    del content.graph.initializer[:]
    for name, value in (("w", WEIGHT), ("b", BIAS)):
        content.graph.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.ravel()))
    np.testing.assert_array_equal(read_head(content.SerializeToString(), "m.onnx").weight, WEIGHT)


@pytest.mark.parametrize(
    ("nodes", "weights", "message"),
    [
        ([helper.make_node("Relu", ["embedding"], ["logits"])], {}, "but from Relu"),
        ([helper.make_node("Relu", ["embedding"], ["other"])], {}, "but from nothing"),
        ([helper.make_node("Add", ["embedding", "b"], ["logits"])], {"b": BIAS}, "but from Add"),
        ([helper.make_node("Cast", ["logits"], ["logits"], to=1)], {}, "but from Cast"),
        (gemm(transA=1), {"w": WEIGHT, "b": BIAS}, "transposed"),
        (gemm(), {"w": WEIGHT[None], "b": BIAS}, "3 axes"),
        (gemm(), {"b": BIAS}, "computed or quantised"),
        (gemm(), {"w": WEIGHT.astype(np.int8), "b": BIAS}, "not float"),
        (gemm(transB=1), {"w": WEIGHT, "b": BIAS[:2]}, "cannot be read"),
    ],
)
def test_what_is_no_linear_layer_is_refused(nodes, weights, message):
    with pytest.raises(BundleFormatError, match=message) as caught:
        read_head(model(nodes, weights), "m.onnx")
    assert str(caught.value).startswith("m.onnx: ")


@pytest.mark.parametrize("cut", [3, 40, 120])
def test_a_cut_file_is_refused(cut):
    with pytest.raises(BundleFormatError):
        read_head(model(gemm(transB=1), {"w": WEIGHT, "b": BIAS})[:-cut], "m.onnx")


def test_a_head_that_does_not_fit_the_embedding(tiny_graph, tiny_metadata, bundle_bytes):
    graph = tiny_graph()
    # The weights of the last layer come through one more matrix, so they are of another width than the embedding.
    widen = np.zeros((6, 4), np.float32)
    graph.graph.initializer.append(numpy_helper.from_array(widen, "widen"))
    head = next(item for item in graph.graph.initializer if item.name == "head.weight")
    head.CopyFrom(numpy_helper.from_array(np.zeros((7, 4), np.float32), "head.weight"))
    graph.graph.node[-1].input[0] = "wide"
    graph.graph.node.insert(4, helper.make_node("MatMul", ["embedding", "widen"], ["wide"]))
    bundle = read_bundle(bundle_bytes(graph, metadata_to_json(tiny_metadata())))
    with pytest.raises(BundleFieldError, match=r"graph\.logits"):
        _ = bundle.head


def test_the_embedded_model_gives_its_logits_by_its_head():
    bundle = CountryClassifier.load().bundle
    side = bundle.metadata.preprocessing.input_size
    output = bundle.run(np.random.default_rng(0).normal(size=(2, 3, *side)).astype(np.float32))
    np.testing.assert_allclose(output.embedding @ bundle.head.weight.T + bundle.head.bias, output.logits, atol=1e-4)

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from triovision.bundle import ProviderWarning, metadata_to_json, read_bundle
from triovision.bundle.wire import scan_model
from triovision.errors import BundleError, BundleFieldError, BundleFormatError, BundleNotFoundError
from triovision.preprocess import Preprocessing


@pytest.fixture
def make(tiny_graph, tiny_metadata, bundle_bytes):
    """Bundle bytes, from a graph that the caller may change first."""

    def build(change=lambda _: None, *, classes=7, **metadata):
        graph = tiny_graph(classes=classes)
        change(graph)
        return bundle_bytes(graph, metadata_to_json(tiny_metadata(**metadata)))

    return build


def test_a_good_bundle_runs(tiny_bundle):
    bundle = read_bundle(tiny_bundle)
    images = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)
    output = bundle.run(images)
    alone = bundle.run(images, single_thread=True)
    assert output.logits.shape == (3, 7)
    assert output.embedding.shape == (3, bundle.dim)
    np.testing.assert_allclose(alone.logits, output.logits, rtol=1e-5)
    assert output.feature_map is None
    assert bundle.run(images, feature_map=True).feature_map.shape == (3, bundle.dim, 4, 4)
    assert bundle.metadata.name == "tiny"


def test_bytes_and_path_are_the_same_bundle(tiny_bundle):
    assert (
        read_bundle(tiny_bundle.read_bytes()).metadata.country_codes == read_bundle(tiny_bundle).metadata.country_codes
    )


def test_no_file(tmp_path):
    with pytest.raises(BundleNotFoundError, match="no model file there"):
        read_bundle(tmp_path / "none.onnx")
    with pytest.raises(BundleNotFoundError):
        read_bundle(tmp_path)
    with pytest.raises(BundleNotFoundError):
        read_bundle("nul\0.onnx")


@pytest.mark.parametrize("data", [b"", b"hello, I am text", b"\x80\x04pickle.", b"\x00" * 100, b"\xff" * 100])
def test_what_is_no_onnx_is_refused(data):
    with pytest.raises(BundleFormatError, match="not an ONNX model"):
        read_bundle(data)


def test_a_foreign_onnx_is_refused(tiny_graph):
    with pytest.raises(BundleFormatError, match="no 'triovision' metadata"):
        read_bundle(tiny_graph().SerializeToString())


def test_a_label_count_that_lies(make):
    with pytest.raises(BundleFieldError, match="holds 7 codes, the graph gives 5 logits"):
        read_bundle(make(classes=5))


def test_an_input_size_that_lies(make):
    with pytest.raises(BundleFieldError, match="input_size"):
        read_bundle(make(preprocessing=Preprocessing(input_size=(64, 64))))


def test_centroids_that_lie(make):
    with pytest.raises(BundleFieldError, match="centroids"):
        read_bundle(make(centroids=np.ones((7, 99), np.float32)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_nan_weights(make, value, dtype):
    def poison(graph):
        weights = np.ones(4, dtype)
        weights[2] = value
        graph.graph.initializer.append(numpy_helper.from_array(weights, "poison"))

    with pytest.raises(BundleFieldError, match="NaN or infinity"):
        read_bundle(make(poison))


def test_nan_in_plain_float_lists(make):
    def poison(graph):
        graph.graph.initializer.append(helper.make_tensor("poison", TensorProto.FLOAT, [2], [1.0, float("nan")]))

    with pytest.raises(BundleFieldError, match="NaN"):
        read_bundle(make(poison))


@pytest.mark.parametrize("name", ["logits", "embedding"])
def test_a_missing_output(make, name):
    def drop(graph):
        kept = [output for output in graph.graph.output if output.name != name]
        del graph.graph.output[:]
        graph.graph.output.extend(kept)

    with pytest.raises(BundleFieldError, match=f"graph.{name}"):
        read_bundle(make(drop))


def test_the_feature_map_may_be_left_out(make):
    def drop(graph):
        del graph.graph.output[2]

    bundle = read_bundle(make(drop))
    with pytest.raises(BundleFormatError, match="no feature map"):
        bundle.run(np.zeros((1, 3, 32, 32), np.float32), feature_map=True)


def test_an_unknown_output(make):
    def add(graph):
        graph.graph.output.append(helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", 6, 1, 1]))

    with pytest.raises(BundleFieldError, match=r"graph\.pooled"):
        read_bundle(make(add))


def _rename_input(graph):
    graph.graph.input[0].name = graph.graph.node[0].input[0] = "pixels"


def _fix_batch(graph):
    graph.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def _flatten_input(graph):
    del graph.graph.input[0].type.tensor_type.shape.dim[:]


@pytest.mark.parametrize("change", [_rename_input, _fix_batch, _flatten_input])
def test_an_input_outside_the_contract(make, change):
    with pytest.raises(BundleError):
        read_bundle(make(change))


def _external(graph):
    tensor = graph.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"


def _control_flow(graph):
    body = helper.make_graph([], "body", [], [])
    graph.graph.node.append(helper.make_node("If", ["logits"], [], then_branch=body, else_branch=body))


def _foreign_operator(graph):
    graph.graph.node[1].domain = "evil.example"


def _functions(graph):
    graph.functions.add().name = "f"


def _sparse(graph):
    graph.graph.sparse_initializer.add()


@pytest.mark.parametrize("change", [_external, _control_flow, _foreign_operator, _functions, _sparse])
def test_what_a_bundle_may_not_hold_never_reaches_onnxruntime(make, change):
    with pytest.raises(BundleFormatError, match="which a bundle may not"):
        scan_model(make(change), "m.onnx")


def test_an_operator_that_does_not_exist(make):
    def change(graph):
        graph.graph.node[1].op_type = "Relux"

    with pytest.raises(BundleFormatError, match="onnxruntime cannot read"):
        read_bundle(make(change))


def test_a_graph_that_gives_nan(make):
    def change(graph):
        graph.graph.node[1].op_type = "Log"

    with pytest.raises(BundleFieldError, match="NaN or infinite"):
        read_bundle(make(change))


def test_cut_or_changed_bytes_give_our_error_or_a_whole_bundle(tiny_bundle):
    good = tiny_bundle.read_bytes()
    random = np.random.default_rng(0)
    for _ in range(150):
        data = bytearray(good)
        for place in random.integers(0, len(good), 3):
            data[place] = random.integers(0, 256)
        cut = int(random.integers(1, len(good) + 1)) if random.random() < 0.3 else len(good)
        try:
            read_bundle(bytes(data[:cut]))
        except BundleError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right


def test_a_provider_that_is_not_there_is_said_aloud(tiny_bundle):
    with pytest.warns(ProviderWarning, match="CUDAExecutionProvider asked for but not available"):
        bundle = read_bundle(tiny_bundle, providers=["CUDAExecutionProvider"])
    assert bundle.run(np.zeros((1, 3, 32, 32), np.float32)).logits.shape == (1, 7)


def test_a_file_beyond_the_limit(tiny_bundle, monkeypatch):
    monkeypatch.setattr("triovision.bundle.read._MAX_BUNDLE_BYTES", 10)
    with pytest.raises(BundleFormatError, match="at most 10"):
        read_bundle(tiny_bundle)


def test_a_file_that_may_not_be_read(tiny_bundle, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(BundleNotFoundError, match="Permission denied"):
        read_bundle(tiny_bundle)


def test_scan_counts(tiny_bundle):
    summary = scan_model(tiny_bundle.read_bytes(), "tiny")
    assert summary.node_count == 5
    assert summary.weight_bytes == 4 * (6 * 3 * 64 + 7 * 6 + 7)
    assert onnx.load(tiny_bundle).metadata_props[0].value == summary.metadata["triovision"]

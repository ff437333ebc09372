from collections import Counter

import numpy as np
import onnx
import pytest
import torch

from triovision.errors import TrainingError
from triovision.export.check import check_agreement, compare_logits, torch_logits
from triovision.export.graph import export_graph
from triovision.export.quantise import logit_slope, quantise
from triovision.export.runner import GraphRun, run_graph
from triovision.preprocess import Preprocessing
from triovision.training.networks import make_network

PREPROCESSING = Preprocessing(input_size=(64, 64), crop_pct=1.0, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
IMAGES = list(np.random.default_rng(0).integers(0, 256, (12, 64, 80, 3), dtype=np.uint8))


def random_network(name):
    torch.manual_seed(0)
    network = make_network(name, 5, "none").eval()
    torch.nn.init.normal_(network.head.linear.weight, std=0.2)
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.running_var, 0.5, 1.5)
            torch.nn.init.normal_(part.running_mean, std=0.1)
    return network


def shapes(model):
    return {
        item.name: [side.dim_param or side.dim_value for side in item.type.tensor_type.shape.dim]
        for item in [*model.graph.input, *model.graph.output]
    }


def test_lite0_is_exact_and_its_padding_is_folded():
    network = random_network("tf_efficientnet_lite0")
    model = export_graph(network, (64, 64))
    operators = Counter(node.op_type for node in model.graph.node)
    assert not {"Pad", "BatchNormalization"} & set(operators)
    assert operators["Conv"] == 49
    # TF "SAME" on an even side with stride 2 pads after, not before.
    pads = [list(item.ints) for node in model.graph.node for item in node.attribute if item.name == "pads"]
    assert [0, 0, 1, 1] in pads
    run = run_graph(model.SerializeToString(), IMAGES, PREPROCESSING)
    check = check_agreement(torch_logits(network, IMAGES, PREPROCESSING), run)
    assert check.max_difference < 1e-3
    assert check.top1_agreement == 1
    assert shapes(model) == {
        "image": ["n", 3, 64, 64],
        "logits": ["n", 5],
        "embedding": ["n", 1280],
        "feature_map": ["n", 1280, 2, 2],
    }


@pytest.mark.parametrize(("name", "has_map"), [("test_resnet", True), ("test_vit", False)])
def test_other_families_export(name, has_map):
    network = random_network(name)
    side = network.backbone.pretrained_cfg["input_size"][1]
    preprocessing = Preprocessing(input_size=(side, side))
    model = export_graph(network, (side, side))
    assert ("feature_map" in shapes(model)) == has_map
    run = run_graph(model.SerializeToString(), IMAGES, preprocessing)
    check_agreement(torch_logits(network, IMAGES, preprocessing), run)


def test_graph_says_nothing_of_the_machine():
    model = export_graph(random_network("test_efficientnet"), (64, 64))
    content = model.SerializeToString()
    assert b"site-packages" not in content
    assert b"stack_trace" not in content
    assert max(item.version for item in model.opset_import if item.domain == "") >= 17


def test_the_embedding_is_the_mean_of_the_map():
    model = export_graph(random_network("test_resnet"), (64, 64))
    session = pytest.importorskip("onnxruntime").InferenceSession(model.SerializeToString())
    image = np.random.default_rng(0).normal(size=(3, 3, 64, 64)).astype(np.float32)
    embedding, feature_map = session.run(["embedding", "feature_map"], {"image": image})
    assert np.allclose(feature_map.mean(axis=(2, 3)), embedding, atol=1e-4)


def test_int8_agrees_and_keeps_the_contract():
    model = export_graph(random_network("test_efficientnet"), (64, 64))
    quantised = quantise(model, IMAGES, PREPROCESSING)
    assert shapes(quantised) == shapes(model)
    assert any(node.op_type == "QuantizeLinear" for node in quantised.graph.node)
    exact, rounded = (run_graph(item.SerializeToString(), IMAGES, PREPROCESSING) for item in (model, quantised))
    slope = logit_slope(rounded.logits, exact.logits)
    assert slope == pytest.approx(1, abs=0.2)
    assert onnx.checker.check_model(quantised) is None


def test_slope_is_that_of_stretched_logits():
    logits = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    assert logit_slope(logits * 1.3 + 5, logits) == pytest.approx(1.3, rel=1e-4)


def test_difference_beyond_rounding_is_refused():
    logits = np.eye(4, dtype=np.float32)
    with pytest.raises(TrainingError, match="differs from PyTorch"):
        check_agreement(logits, GraphRun(logits[::-1].copy(), logits))
    with pytest.raises(TrainingError, match="differs from PyTorch"):
        check_agreement(logits, GraphRun(np.full_like(logits, np.nan), logits))


def test_a_constant_per_photo_is_no_difference():
    logits = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    check = compare_logits(logits, logits + 7)
    assert check.max_difference < 1e-5
    assert "same first country 100.0%" in str(check)

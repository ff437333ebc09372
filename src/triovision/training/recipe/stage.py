"""One stretch of training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from triovision.training.recipe.checks import check, check_choice

__all__ = ["ALL_BLOCKS", "Optimizer", "Rebalance", "Stage"]

ALL_BLOCKS = -1
"""For `Stage.frozen_blocks`: the whole backbone."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """How the weights of a stage move.

    Attributes:
        kind: `adamw`, or `adam`, whose weight decay is part of the gradient.
        accumulate: Batches whose gradients are summed before a step.
        plateau_factor: The schedule `plateau` multiplies the learning rate by this.
        plateau_patience: It does so after more than so many epochs without a better `monitor`.
        min_delta: What counts as better, for that schedule and for early stopping.
    """

    kind: Literal["adamw", "adam"] = "adamw"
    accumulate: int = 1
    plateau_factor: float = 0.1
    plateau_patience: int = 2
    min_delta: float = 1e-3

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, ("adamw", "adam"))
        check(self.accumulate > 0, "accumulate is not above 0")
        check(0 < self.plateau_factor < 1, "plateau_factor is not in (0, 1)")
        check(self.plateau_patience >= 0, "plateau_patience is below 0")
        check(self.min_delta >= 0, "min_delta is below 0")


@dataclass(frozen=True, slots=True)
class Rebalance:
    """What a stage does for rare countries.

    Source: Kang et al. 2020, "Decoupling Representation and Classifier for Long-Tailed Recognition", sections 4.1-4.2.

    Attributes:
        power: Samples are drawn, with repeats, in proportion to n ** -power, n being the samples of their country; 1
            draws every country equally often, 0 draws every sample once.
        head: `kept` goes on with the head of the stage before, `new` begins again (cRT, on a frozen backbone), and
            `scaled` learns nothing but one factor per country (LWS).
    """

    power: float = 0.0
    head: Literal["kept", "new", "scaled"] = "kept"

    def __post_init__(self) -> None:
        check(self.power >= 0, "power is below 0")
        check_choice("head", self.head, ("kept", "new", "scaled"))


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of training; a recipe runs its stages one after another on the same network.

    Attributes:
        epochs: At most so many; 0 leaves the stage out.
        learning_rate: Of the head, at its peak.
        frozen_blocks: Leading blocks of the backbone that are not trained; `ALL_BLOCKS` trains the head alone.
        backbone_factor: Learning rate of the last block in units of the head's.
        layer_decay: Further factor per block, from the last towards the first.
        weight_decay: AdamW's, for matrices; vectors (biases, norms) have none.
        schedule: After the warm-up `cosine` falls to zero, `constant` stays, and `plateau` falls by a factor whenever
            held-out data stops getting better.
        warmup: Share of the steps over which the learning rate rises.
        stored_views: Views per photo drawn once, whose outputs of the frozen blocks are kept in memory; 0 draws
            every view anew each epoch and computes the whole network each time.
        patience: Epochs without a better `monitor` before the stage ends; 0 never ends it early.
        average_decay: Per step, of the exponential moving average of weights that is evaluated and kept; 0 for none.
        dropout: Before the head.
        mixup: Parameter of the Beta distribution that blends pairs of samples (Source: Zhang et al. 2018); 0: none.
        cutmix_share: Share of mixup's batches that paste a rectangle instead (Source: Yun et al. 2019, "CutMix").
        clip_norm: Greatest norm of a step's gradient; 0 for no limit.
        blend: Share of what the stage came to in the weights that it leaves, the rest being those that it began with
            (Source: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
        batch_size: Samples per step.
        batch_norm: Whether batch normalisation keeps the statistics that the weights came with, or follows the data.
        optimizer: How the weights move.
        rebalance: What is done for rare countries.
    """

    epochs: int = 20
    learning_rate: float = 1e-3
    frozen_blocks: int = ALL_BLOCKS
    backbone_factor: float = 0.1
    layer_decay: float = 1.0
    weight_decay: float = 0.05
    schedule: Literal["cosine", "constant", "plateau"] = "cosine"
    warmup: float = 0.1
    stored_views: int = 0
    patience: int = 5
    average_decay: float = 0.0
    dropout: float = 0.0
    mixup: float = 0.0
    cutmix_share: float = 0.0
    clip_norm: float = 0.0
    blend: float = 1.0
    batch_size: int = 64
    batch_norm: Literal["frozen", "trained"] = "frozen"
    optimizer: Optimizer = field(default_factory=Optimizer)
    rebalance: Rebalance = field(default_factory=Rebalance)

    def __post_init__(self) -> None:
        check_choice("batch_norm", self.batch_norm, ("frozen", "trained"))
        check_choice("schedule", self.schedule, ("cosine", "constant", "plateau"))
        check(self.epochs >= 0, "epochs is below 0")
        check(self.learning_rate > 0, "learning_rate is not above 0")
        check(self.frozen_blocks >= ALL_BLOCKS, f"frozen_blocks is below {ALL_BLOCKS} (all)")
        check(0 <= self.warmup <= 1, "warmup is not in [0, 1]")
        check(0 < self.layer_decay <= 1, "layer_decay is not in (0, 1]")
        check(0 <= self.average_decay < 1, "average_decay is not in [0, 1)")
        check(0 <= self.cutmix_share <= 1, "cutmix_share is not in [0, 1]")
        check(0 < self.blend <= 1, "blend is not in (0, 1]")
        check(0 <= self.dropout < 1, "dropout is not in [0, 1)")
        for name in ("backbone_factor", "weight_decay", "stored_views", "patience", "mixup", "clip_norm"):
            check(getattr(self, name) >= 0, f"{name} is below 0")
        check(self.batch_size > 0, "batch_size is not above 0")
        check(
            self.rebalance.head == "kept" or self.frozen_blocks == ALL_BLOCKS,
            f"rebalance.head {self.rebalance.head} needs frozen_blocks={ALL_BLOCKS}: it re-trains the head alone",
        )

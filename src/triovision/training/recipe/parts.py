"""The parts of a recipe beside its stages: views, objective, samples, head, machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from triovision.training.recipe.checks import check, check_choice
from triovision.training.recipe.streaming import Streaming

__all__ = ["Augmentation", "HeadStart", "Machine", "Objective", "Sampling"]


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
        random_changes: How many changes of RandAugment a view gets (Source: Cubuk et al. 2020); 0 for none.
        random_strength: How strong they are, in [0, 10].
        only_below: Views change only for countries with fewer training samples; the others get the evaluation view.
            0 changes the views of all.
        test_views: Views of a photo whose probabilities are averaged for the figures `of_test_views` in
            `summary.json`: 2 adds the mirrored view, 6 also both ends of the longer side. A bundle looks once.
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
    random_changes: int = 0
    random_strength: float = 9.0
    only_below: int = 0
    test_views: Literal[1, 2, 6] = 1

    def __post_init__(self) -> None:
        check(0 < self.crop_area[0] <= self.crop_area[1] <= 1, "crop_area is not an interval in (0, 1]")
        check(0 < self.crop_ratio[0] <= self.crop_ratio[1], "crop_ratio is not an interval above 0")
        for name in ("whole_share", "flip", "grey", "erase", "brightness", "contrast", "saturation"):
            check(0 <= getattr(self, name) <= 1, f"{name} is not in [0, 1]")
        check(self.random_changes >= 0, "random_changes is below 0")
        check(0 <= self.random_strength <= 10, "random_strength is not in [0, 10]")  # noqa: PLR2004 - the paper's scale
        check(self.only_below >= 0, "only_below is below 0")
        check(self.test_views in (1, 2, 6), f"test_views {self.test_views} is none of 1, 2, 6")
        check(0 <= self.rotation_deg <= 180, "rotation_deg is not in [0, 180]")  # noqa: PLR2004 - half a turn


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
        adjust_after: After the last stage the logits are lowered by this times the log of the class frequency (Source:
            Menon et al. 2021, equation 9: post-hoc logit adjustment).
        teacher: Run folder of a finished network to learn from, cross-validated in the same folds where this recipe is;
            empty for none.
        teacher_share: Weight of the teacher's probabilities in the loss, the rest being that of the labels (Source:
            Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").
        teacher_temperature: Softens both sides' probabilities.
    """

    near_share: float = 0.0
    near: Literal["sub_region", "distance"] = "sub_region"
    near_km: float = 300.0
    uniform_share: float = 0.0
    prior_strength: float = 0.0
    region_share: float = 0.0
    adjust_after: float = 0.0
    teacher: str = ""
    teacher_share: float = 0.5
    teacher_temperature: float = 2.0

    def __post_init__(self) -> None:
        check_choice("near", self.near, ("sub_region", "distance"))
        check(min(self.near_share, self.uniform_share) >= 0, "a share is below 0")
        check(self.near_share + self.uniform_share < 1, "near_share and uniform_share leave nothing for the truth")
        check(self.near_km > 0, "near_km is not above 0")
        check(min(self.prior_strength, self.region_share) >= 0, "prior_strength or region_share is below 0")
        check(self.adjust_after >= 0, "adjust_after is below 0")
        check(0 < self.teacher_share <= 1, "teacher_share is not in (0, 1]")
        check(self.teacher_temperature > 0, "teacher_temperature is not above 0")


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
        check(min(self.collection_power, self.class_power, self.landmark_cap) >= 0, "a power or cap is below 0")
        check(all(weight >= 0 for weight in self.collection_weights.values()), "a collection weight is below 0")


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
        check_choice("kind", self.kind, ("zeros", "discriminant"))
        check(0 <= self.shrinkage <= 1, "shrinkage is not in [0, 1]")
        check(min(self.lean_region, self.lean_all) >= 0, "a lean is below 0")
        check(self.temperature > 0, "temperature is not above 0")


@dataclass(frozen=True, slots=True)
class Machine:
    """How a run uses the machine; nothing here changes what is learned, but for rounding and the order of photos.

    Attributes:
        compile: Whether `torch.compile` translates the trained part first; minutes that long runs win back on a GPU.
        checkpoint_steps: Steps between checkpoints within an epoch; 0 for one at the end of each epoch.
        stored_folder: Where outputs of frozen blocks are kept for later runs that freeze the same weights and draw the
            same views of the same data; empty computes them anew in every run.
        streaming: Whether and how photos are read from the shards as they come up, instead of being held in memory.
    """

    compile: bool = False
    checkpoint_steps: int = 0
    stored_folder: str = ""
    streaming: Streaming = field(default_factory=Streaming)

    def __post_init__(self) -> None:
        check(self.checkpoint_steps >= 0, "checkpoint_steps is below 0")

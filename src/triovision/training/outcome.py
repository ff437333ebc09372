"""What the fits of a run came to, and what is said about it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from triovision.training.fit import StageReport
from triovision.training.recipe import Recipe

__all__ = ["FitOutcome", "RunOutcome", "epochs_of_folds", "in_words", "mean_of_networks", "training_speed"]


@dataclass(frozen=True, slots=True, eq=False)
class FitOutcome:
    """One fit.

    Attributes:
        rows: Those held out; empty where nothing was.
        logits: float32 [rows, classes] of their evaluation views.
        view_logits: The same of their test views, averaged; None where the recipe has but one.
        reports: One per stage and head.
    """

    rows: NDArray[np.intp]
    logits: NDArray[np.float32]
    view_logits: NDArray[np.float32] | None
    reports: tuple[StageReport, ...]

    def to_tensors(self) -> dict[str, Any]:
        """As plain tensors and numbers, for a checkpoint."""
        return {
            "rows": torch.from_numpy(self.rows),
            "logits": torch.from_numpy(self.logits),
            "view_logits": None if self.view_logits is None else torch.from_numpy(self.view_logits),
            "reports": [asdict(report) for report in self.reports],
        }

    @classmethod
    def from_tensors(cls, content: Mapping[str, Any]) -> FitOutcome:
        """From what `to_tensors` gave."""
        reports = [StageReport(one["stage"], one["best_epoch"], tuple(one["history"])) for one in content["reports"]]
        views = content["view_logits"]
        return cls(
            content["rows"].numpy(),
            content["logits"].numpy(),
            None if views is None else views.numpy(),
            tuple(reports),
        )


@dataclass(slots=True)
class RunOutcome:
    """All fits of a run by name, in order."""

    fits: dict[str, FitOutcome] = field(default_factory=dict)

    def held_out(self, classes: int) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32] | None]:
        """Rows held out in some fit, their logits, and those of their test views."""
        fits = [outcome for outcome in self.fits.values() if len(outcome.rows)]
        if not fits:
            return np.zeros(0, np.intp), np.zeros((0, classes), np.float32), None
        views = [fit.view_logits for fit in fits if fit.view_logits is not None]
        return (
            np.concatenate([fit.rows for fit in fits]),
            np.concatenate([fit.logits for fit in fits]),
            np.concatenate(views) if views else None,
        )

    def epoch_rows(self) -> list[dict[str, Any]]:
        """Rows of metrics.csv."""
        return [
            {"fit": name, "stage": report.stage, **row}
            for name, outcome in self.fits.items()
            for report in outcome.reports
            for row in report.history
        ]


def epochs_of_folds(recipe: Recipe, outcome: RunOutcome) -> tuple[int, ...]:
    """Per stage the median of the epochs whose weights the folds kept."""
    epochs = []
    for index, stage in enumerate(recipe.stages):
        reports = [report for fit in outcome.fits.values() for report in fit.reports if report.stage == index]
        best = [report.best_epoch for report in reports]
        epochs.append(round(statistics.median(best)) if best and stage.patience else stage.epochs)
    return tuple(epochs)


def mean_of_networks(network: nn.Module, states: Sequence[Mapping[str, Tensor]]) -> None:
    """Give a network the mean of several networks' weights; whole numbers are the first one's."""
    mean = {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if tensor.dtype.is_floating_point else tensor
        for name, tensor in states[0].items()
    }
    network.load_state_dict(mean)


def training_speed(outcome: RunOutcome) -> float:
    """Median photos per second over all epochs; 0 where nothing was trained."""
    speeds = [row["photos_per_s"] for row in outcome.epoch_rows()]
    return statistics.median(speeds) if speeds else 0.0


def in_words(figures: Mapping[str, float]) -> str:
    """Figures as half a sentence."""
    return (
        f"top-1 {figures['top1_accuracy']:.3f}, top-5 {figures['top5_accuracy']:.3f}, "
        f"NLL {figures['negative_log_likelihood']:.3f}"
    )

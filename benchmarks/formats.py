"""What each format of a run is worth: accuracy against milliseconds and megabytes.

Run: `python benchmarks/formats.py RUN --data DATA` (writes results/formats.json; about ten minutes on 2 cores).

Exports the run in every precision and measures each file as the product would run it, beside PyTorch: one photo at a
time on one thread, in turns within one run; what counts is the ratio. Accuracy is that of the data's test split, which
no format was chosen by before.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from machine import write_result
from triovision.training.extra import check_train_extra

check_train_extra(("onnx", "onnxscript"))

from triovision.export.bundle_file import ExportOptions  # noqa: E402 - after the check of the extra
from triovision.export.compare import REFERENCE, compare_formats  # noqa: E402


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = compare_formats(
            arguments.run, arguments.data, Path(folder), ExportOptions("formats"), arguments.split, print
        )
    records = [entry.as_record() for entry in found]
    (slow,) = (record["milliseconds"] for record in records if record["format"] == REFERENCE)
    for record in records:
        record["speed_ratio"] = round(slow / record["milliseconds"], 2)
        figures = record["figures"]
        print(
            f"{record['format']:8s} {record['megabytes']:6.1f} MB {record['milliseconds']:7.1f} ms "
            f"({record['speed_ratio']:.1f} x)  top-1 {figures['top1_accuracy']:.3f}  top-5 "
            f"{figures['top5_accuracy']:.3f}  NLL {figures['negative_log_likelihood']:.3f}  same first country "
            f"{record['top1_agreement']:.1%}  logits differ by {record['max_difference']:.2g}"
        )
    print(write_result("formats", {"run": arguments.run.name, "split": arguments.split, "formats": records}))


if __name__ == "__main__":
    main()

import json
import shutil

import numpy as np
import pytest

from triovision.bundle import read_bundle
from triovision.errors import TrainingError
from triovision.export.bundle_file import ExportOptions, export_run


def test_bundle_holds_what_the_run_found(finished_run, prepared, tmp_path):
    said = []
    path = export_run(
        finished_run, prepared, tmp_path / "new" / "tiny.onnx", ExportOptions("tiny", "CC0-1.0"), said.append
    )
    bundle = read_bundle(path)
    metadata = bundle.metadata
    assert metadata.country_codes == ("FR", "JP", "BR", "KE")
    assert metadata.sample_counts == (12, 12, 12, 12)
    assert (metadata.name, metadata.licence) == ("tiny", "CC0-1.0")
    assert metadata.provenance.recipe == "tiny"
    assert metadata.provenance.data_hash == "abc123"
    assert set(metadata.metrics) == {"out_of_fold"}
    assert {"expected_calibration_error", "country_set_coverage"} <= set(metadata.metrics["out_of_fold"])
    assert set(metadata.reliability) == {"country", "sub_region", "region"}
    assert metadata.gate is not None
    assert (metadata.prior_share > 0) == (len(metadata.prior) == 4)
    assert bundle.has_feature_map
    assert np.allclose(np.linalg.norm(metadata.centroids, axis=1), 1, atol=1e-3)
    assert any("ONNX against PyTorch" in line for line in said)
    assert [entry.name for entry in path.parent.iterdir()] == ["tiny.onnx"]


def test_int8_temperature_follows_the_logits(finished_run, prepared, tmp_path):
    said = []
    temperatures = []
    for precision in ("float32", "int8"):
        options = ExportOptions("tiny", precision=precision)
        path = export_run(finished_run, prepared, tmp_path / f"{precision}.onnx", options, said.append)
        temperatures.append(read_bundle(path).metadata.temperature)
    slope = float(next(line for line in said if line.startswith("int8 against")).rpartition(" ")[2])
    assert temperatures[1] / temperatures[0] == pytest.approx(slope, abs=1e-3)


def test_other_data_is_refused(finished_run, prepared, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(prepared, other)
    (other / "data.json").write_text(json.dumps({"data_hash": "changed"}))
    with pytest.raises(TrainingError, match="not the data"):
        export_run(finished_run, other, tmp_path / "x.onnx", ExportOptions("x"), print)
    assert not (tmp_path / "x.onnx").exists()


@pytest.mark.parametrize("options", [{"precision": "int4"}, {"coverage": 1.0}, {"level_precision": 0.0}])
def test_senseless_options_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        ExportOptions("x", **options)

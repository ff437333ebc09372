import numpy as np
import pytest

from triovision.bundle import read_bundle
from triovision.bundle.session import needs_exact_int8


@pytest.mark.parametrize(
    ("machine", "flags", "exact"),
    [
        ("x86_64", "flags: avx2 avx512f", True),
        ("AMD64", None, True),
        ("x86_64", "flags: avx2 avx512_vnni", False),
        ("x86_64", "flags: avx2 avx_vnni", False),
        ("aarch64", None, False),
    ],
)
def test_processors_that_overflow_get_exact_kernels(machine, flags, exact, monkeypatch, tmp_path):
    monkeypatch.setattr("platform.machine", lambda: machine)
    info = tmp_path / "cpuinfo"
    if flags is not None:
        info.write_text(flags)
    assert needs_exact_int8(info) == exact


def test_exact_kernels_give_the_same_answers(tiny_bundle, monkeypatch):
    images = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)
    expected = read_bundle(tiny_bundle).run(images).logits
    monkeypatch.setattr("triovision.bundle.session.needs_exact_int8", lambda: True)
    np.testing.assert_allclose(read_bundle(tiny_bundle).run(images).logits, expected, atol=1e-4)

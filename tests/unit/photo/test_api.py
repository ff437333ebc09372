from __future__ import annotations

import subprocess
import sys

from triovision import photo


def test_public_names_exist():
    assert sorted(photo.__all__) == photo.__all__
    assert all(hasattr(photo, name) for name in photo.__all__)


def test_decoders_are_loaded_when_needed():
    code = "import sys, triovision.photo; print({'pillow_heif', 'simplejpeg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

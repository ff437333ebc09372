import subprocess
import sys

import pytest

from triovision.errors import MissingExtraError
from triovision.training.extra import check_train_extra


def test_missing_module_is_named():
    with pytest.raises(
        MissingExtraError, match=r'no_such_module is not installed; run: pip install "triovision\[train\]"'
    ):
        check_train_extra(("no_such_module",))


def test_timm_imports_after_the_mend():
    code = (
        "from triovision.training.extra import check_train_extra; check_train_extra(); check_train_extra(); "
        "import torchvision, timm, torch; assert hasattr(torch.ops.torchvision, 'nms')"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_light_modules_import_no_torch():
    code = (
        "import sys, triovision.training.recipe_files, triovision.export, triovision.cli.train, triovision.cli.export; "
        "assert not {'torch', 'timm', 'lightning', 'onnx', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

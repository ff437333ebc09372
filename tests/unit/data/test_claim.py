import pytest

from triovision.data.claim import claim_folder
from triovision.errors import DataError


def test_two_downloads_do_not_share_a_folder(tmp_path):
    with (
        claim_folder(tmp_path / "new", "download"),
        pytest.raises(DataError, match="another download"),
        claim_folder(tmp_path / "new", "download"),
    ):
        pass
    with claim_folder(tmp_path / "new", "download"), claim_folder(tmp_path / "new", "prepare"):
        pass


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written to"), claim_folder(tmp_path / "file", "prepare"):
        pass

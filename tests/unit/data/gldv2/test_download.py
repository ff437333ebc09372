"""The download ends right whatever lies in the folder, and stops where it must."""

import errno
import json
import os
import shutil
import socket
import sys
from types import SimpleNamespace

import pytest

from triovision.data.gldv2 import transfer
from triovision.data.gldv2.download import download_gldv2
from triovision.data.gldv2.options import DownloadOptions
from triovision.errors import DataError, MissingExtraError

TAR = "train/images_000.tar"
TABLE = "metadata/train.csv"


def size(original, path=TAR):
    return (original / path).stat().st_size


def test_everything_is_fetched_once(fetch, server, assert_same, heard):
    report = fetch(shards=(0, 1, 2))
    assert_same((0, 1, 2))
    assert (report.fetched, report.photos, report.failures, report.refused) == (8, 24, [], [])
    count = len(server.requests)
    again = fetch(shards=(0, 1, 2))
    assert (again.finished_before, again.fetched, again.photos, again.received_bytes) == (8, 0, 24, 0)
    assert len(server.requests) == count
    assert heard.meter.read().received_bytes == heard.meter.read().expected_bytes


@pytest.mark.parametrize("split", ["index", "test"])
def test_other_splits(gldv2_mirror, gldv2_server, tmp_path, heard, split):
    gldv2_mirror.write_mirror(tmp_path / "mirror", gldv2_mirror.Spec(split=split, shards=1, photos=3, broken=1))
    with gldv2_server.MirrorServer(tmp_path / "mirror") as server:
        report = download_gldv2(tmp_path / "out", DownloadOptions(split, (0,), server.url), heard)
    assert (report.failures, report.photos) == ([], 3)


def test_a_part_of_a_file_that_shrank_starts_again(fetch, tmp_path, original, server, assert_same):
    part = tmp_path / "out" / f"{TAR}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(size(original) + 5))
    assert fetch().failures == []
    assert [request.start for request in server.gets(TAR)] == [0, 0]
    assert_same()


def test_a_part_that_is_whole_is_not_fetched(fetch, tmp_path, original, server, assert_same):
    part = tmp_path / "out" / f"{TAR}.part"
    part.parent.mkdir(parents=True)
    shutil.copy(original / TAR, part)
    assert fetch().failures == []
    assert server.sent_bytes(TAR) == 0
    assert_same()


def test_a_broken_part_is_found_out(fetch, tmp_path, original, assert_same):
    part = tmp_path / "out" / f"{TAR}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(size(original) // 2))
    part.with_name(f"{part.name}.json").write_text("{broken")
    assert fetch().failures == []
    assert_same()


def test_files_from_elsewhere_are_checked_and_used(fetch, tmp_path, original, server, assert_same):
    shutil.copytree(original, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "md5sum")
    report = fetch(shards=(0, 1, 2))
    assert (report.fetched, report.finished_before, report.photos) == (0, 8, 24)
    assert server.sent_bytes(TAR) == server.sent_bytes(TABLE) == 0
    assert_same((0, 1, 2))


@pytest.mark.parametrize("path", [TAR, TABLE])
def test_files_from_elsewhere_that_are_wrong_are_replaced(fetch, tmp_path, original, path, assert_same):
    shutil.copytree(original, tmp_path / "out")
    (tmp_path / "out" / path).write_bytes(b"short")
    assert fetch().failures == []
    assert_same()


@pytest.mark.parametrize("path", [TAR, TABLE])
def test_verify_finds_a_flipped_bit_that_the_state_does_not(fetch, tmp_path, path, assert_same):
    fetch()
    file = tmp_path / "out" / path
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fetch().fetched == 0
    assert fetch(verify=True).fetched == 1
    assert_same()


def test_verify_needs_no_network_when_all_is_right(fetch, server):
    fetch()
    count = len(server.requests)
    assert fetch(verify=True).finished_before == 6
    assert len(server.requests) == count


def test_a_hostile_tar_is_moved_aside_and_not_fetched_again(gldv2_mirror, gldv2_server, original, tmp_path, heard):
    import tarfile  # noqa: PLC0415

    mirror = tmp_path / "mirror"
    shutil.copytree(original, mirror)
    link = tarfile.TarInfo("0/1/2/0123456789abcdef.jpg")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    gldv2_mirror.write_archive(mirror, "train", 1, iter([(link, b""), (tarfile.TarInfo("../x"), b"")]))
    with gldv2_server.MirrorServer(mirror) as server:
        options = DownloadOptions("train", (0, 1, 2), server.url)
        report = download_gldv2(tmp_path / "out", options, heard)
        said = "train/images_001.tar.refused: 0/1/2/0123456789abcdef.jpg: is a symbolic link to /etc/passwd"
        assert report.refused == [f"{said} (and 1 more)"]
        assert (report.fetched, report.failures) == (7, [])
        again = download_gldv2(tmp_path / "out", options, heard)
        assert again.refused == report.refused
        assert len(server.gets("train/images_001.tar")) == 1
    text = (tmp_path / "out" / "train" / "images_001.tar.refused.txt").read_text()
    assert text.splitlines()[1] == "../x: has a dotted path"
    assert not (tmp_path / "out" / "train" / "images_001.tar").exists()


def test_no_room_is_said_before_anything_is_fetched(fetch, monkeypatch, server):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10_000))
    with pytest.raises(DataError, match=r"\d+ kB needed, 10 kB free; make room for \d+ kB"):
        fetch(shards=(0, 1, 2))
    assert not [request for request in server.requests if request.method == "GET"]


def test_room_is_only_needed_for_what_is_missing(fetch, monkeypatch, assert_same):
    fetch()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=400_000))
    fetch(shards=(0, 1))
    assert_same((0, 1))


def test_a_disk_that_fills_up_is_one_line(fetch, monkeypatch, assert_same):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(transfer, "_write_all", fail)
    with pytest.raises(DataError, match="the disk is full; make room and run the same command again"):
        fetch()
    monkeypatch.undo()
    fetch()
    assert_same()


def test_nobody_there_is_one_line(tmp_path, heard):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DataError, match=r"127\.0\.0\.1: cannot be reached .*; check the network, or name a mirror"):
            download_gldv2(tmp_path, DownloadOptions("train", (0,), url, backoff_s=0.0), heard)


def test_without_httpx_the_extra_is_named(fetch, monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtraError, match="httpx is not installed"):
        fetch()


def test_a_finished_download_needs_no_httpx(fetch, monkeypatch):
    fetch()
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert fetch().finished_before == 6


def test_a_folder_in_the_way_is_one_line(fetch, tmp_path):
    (tmp_path / "out" / TABLE).mkdir(parents=True)
    with pytest.raises(DataError, match="run the same command again"):
        fetch()


def test_licences_are_kept(fetch, tmp_path, heard):
    report = fetch(licences=("cc-by", "cc0", "gfdl"))
    kept = (tmp_path / "out" / "licence_kept.txt").read_text().split()
    assert len(kept) == report.kept.kept.total() > 0
    assert "--licence gfdl: no photo has it" in heard.sentences
    fetch()
    assert "licence_kept.txt of an earlier run stays in force; delete it to use every licence" in heard.sentences


def test_a_licence_that_nothing_has_stops_before_the_tars(fetch, server):
    with pytest.raises(DataError, match="no photo has it; the table has"):
        fetch(licences=("cc-bye",))
    assert not server.gets(TAR)


def test_licences_without_their_table_are_an_error(fetch, server, gldv2_server):
    server.behaviour.always["metadata/train_attribution.csv"] = gldv2_server.Fault("status", status=404)
    with pytest.raises(DataError, match=r"--licence needs .*404"):
        fetch(licences=("cc-by",))


def test_the_state_is_plain(fetch, tmp_path):
    fetch()
    state = json.loads((tmp_path / "out" / "download_state.json").read_text())
    assert set(state["files"][TAR]) == {"bytes", "md5", "mtime_ns", "photos"}

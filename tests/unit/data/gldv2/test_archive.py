import io
import tarfile
from pathlib import Path

import pytest

from triovision.data.gldv2.archive import PhotoMember, Refusal, read_members, scan_archive

ID = "0123456789abcdef"
GOOD = f"0/1/2/{ID}.jpg"


def member(name=GOOD, content=b"x", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def make_tar(path: Path, *members, format=tarfile.GNU_FORMAT) -> Path:  # noqa: A002 - tarfile's word
    with tarfile.open(path, "w", format=format) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return path


def test_photos_are_counted(original):
    scan = scan_archive(original / "train" / "images_000.tar")
    assert scan == (8, (), 0)


def test_members_agree_with_tarfile(original):
    path = original / "train" / "images_001.tar"
    with path.open("rb") as file, tarfile.open(path) as tar:
        ours = list(read_members(file))
        theirs = [PhotoMember(info.name[6:22], info.offset_data, info.size) for info in tar]
    assert ours == theirs


@pytest.mark.parametrize("name", ["0", "0/1", "0/1/2"])
def test_plain_folders_are_passed_over(tmp_path, name):
    path = make_tar(tmp_path / "a.tar", member(name, b"", type=tarfile.DIRTYPE), member())
    assert scan_archive(path) == (1, (), 0)


@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        (member("/etc/passwd"), "absolute"),
        (member(f"/{GOOD}"), "absolute"),
        (member("C:/x.jpg"), "absolute"),
        (member("\\x.jpg"), "absolute"),
        (member(f"../{GOOD}"), "dotted"),
        (member(f"./{GOOD}"), "dotted"),
        (member("0/1/../2/x.jpg"), "dotted"),
        (member("0\\..\\x.jpg"), "dotted"),
        (member(f"1/1/2/{ID}.jpg"), "a/b/c"),
        (member(f"{ID}.jpg"), "a/b/c"),
        (member(f"0/1/2/3/{ID}.jpg"), "a/b/c"),
        (member(GOOD.upper()), "a/b/c"),
        (member(GOOD + "\n"), "a/b/c"),
        (member(f"0/1/2/{ID}.png"), "a/b/c"),
        (member(f"0/1/2/{ID}0.jpg"), "a/b/c"),
        (member("evil", b"", type=tarfile.DIRTYPE), "folder outside"),
        (member(GOOD, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "symbolic link to /etc/passwd"),
        (member(GOOD, b"", type=tarfile.LNKTYPE, linkname="x"), "hard link to x"),
        (member(GOOD, b"", type=tarfile.CHRTYPE), "character device"),
        (member(GOOD, b"", type=tarfile.BLKTYPE), "block device"),
        (member(GOOD, b"", type=tarfile.FIFOTYPE), "named pipe"),
        (member(GOOD, type=tarfile.CONTTYPE), "unknown kind"),
        (member("a" * 300), "long-name"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_hostile_members_are_refused_and_named(tmp_path, hostile, said):
    scan = scan_archive(make_tar(tmp_path / "a.tar", member(), hostile, member()))
    assert scan.photos == 2
    assert said in scan.refused[0].reason


def test_names_are_safe_to_print(tmp_path):
    scan = scan_archive(make_tar(tmp_path / "a.tar", member("\x1b[2Jeléphant")))
    assert scan.refused[0].member == r"\x1b[2Jel\xe9phant"


def test_an_extended_header_may_say_what_does_not_matter(tmp_path):
    info, content = member(mtime=1.5)
    scan = scan_archive(make_tar(tmp_path / "a.tar", (info, content), format=tarfile.PAX_FORMAT))
    assert scan == (1, (), 0)


@pytest.mark.parametrize("records", [{"path": "../x"}, {"linkpath": "x"}, {"size": "5"}, {"GNU.sparse.size": "9"}])
def test_an_extended_header_may_not_change_the_meaning(tmp_path, records):
    info, content = member(pax_headers=records)
    scan = scan_archive(make_tar(tmp_path / "a.tar", (info, content), format=tarfile.PAX_FORMAT))
    assert f"sets {next(iter(records))}=" in scan.refused[0].reason


def test_a_huge_extended_header_is_not_read(tmp_path):
    info, content = member("x", bytes(70_000), type=tarfile.XHDTYPE)
    scan = scan_archive(make_tar(tmp_path / "a.tar", (info, content), member()))
    assert "extended header of 70000 bytes" in scan.refused[0].reason


def test_a_member_larger_than_the_archive_is_refused(tmp_path):
    path = tmp_path / "a.tar"
    info, _ = member()
    info.size = 10**15
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert "more than the archive has" in scan_archive(path).refused[0].reason


def test_a_negative_size_is_refused(tmp_path):
    path = tmp_path / "a.tar"
    block = bytearray(member()[0].tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 12
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    path.write_bytes(bytes(block) + bytes(1024))
    assert "claims -1 bytes" in scan_archive(path).refused[0].reason


@pytest.mark.parametrize("content", [b"<html>not a tar</html>" * 100, b"short", b"\x1f\x8b" + b"z" * 600])
def test_what_is_no_tar_is_refused(tmp_path, content):
    path = tmp_path / "a.tar"
    path.write_bytes(content)
    assert "is not a tar header" in scan_archive(path).refused[0].reason


@pytest.mark.parametrize("content", [b"", bytes(1024)])
def test_an_empty_archive_is_refused(tmp_path, content):
    path = tmp_path / "a.tar"
    path.write_bytes(content)
    assert scan_archive(path).refused == (Refusal("(archive)", "holds no photo"),)


def test_the_list_of_refusals_is_bounded(tmp_path):
    path = make_tar(tmp_path / "a.tar", *(member(f"{number}") for number in range(1100)))
    scan = scan_archive(path)
    assert (len(scan.refused), scan.refused_count) == (1000, 1100)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_archives_raise_nothing(original, tmp_path, seed):
    import random  # noqa: PLC0415

    content = bytearray((original / "train" / "images_000.tar").read_bytes())
    chance = random.Random(seed)  # noqa: S311
    for _ in range(chance.randint(1, 40)):
        content[chance.randrange(512 * chance.randint(1, len(content) // 512))] = chance.randrange(256)
    path = tmp_path / "a.tar"
    path.write_bytes(content[: chance.randint(1, len(content))])
    scan_archive(path)

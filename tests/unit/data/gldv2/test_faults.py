"""The download ends right whatever the server does."""

import time

import pytest

TAR = "train/images_000.tar"
TABLE = "metadata/train.csv"
MD5 = "md5sum/train/md5.images_000.txt"


def size(original, path=TAR):
    return (original / path).stat().st_size


@pytest.mark.parametrize("path", [TAR, TABLE, MD5])
@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "drop", "after_bytes": 0}],
        [{"kind": "drop", "after_bytes": 20}, {"kind": "drop", "after_bytes": 10}],
        [{"kind": "status", "status": 500}],
        [{"kind": "status", "status": 503, "retry_after": "0"}, {"kind": "status", "status": 429, "retry_after": "0"}],
        [{"kind": "drop", "after_bytes": 30}, {"kind": "ignore_range"}],
        [{"kind": "drop", "after_bytes": 30}, {"kind": "wrong_range"}],
        [{"kind": "drop", "after_bytes": 30}, {"kind": "change"}],
    ],
    ids=lambda faults: " ".join(fault["kind"] for fault in faults),
)
def test_a_fault_is_survived(fetch, server, gldv2_server, assert_same, path, faults):
    server.behaviour.faults[path] = [gldv2_server.Fault(**fault) for fault in faults]
    assert fetch().failures == []
    assert server.behaviour.faults[path] == []
    assert_same()


def test_a_dropped_file_goes_on_where_it_broke(fetch, server, gldv2_server, original, assert_same):
    server.behaviour.faults[TAR] = [gldv2_server.Fault("drop", after_bytes=30_000 * (1 + n)) for n in range(3)]
    report = fetch()
    assert [request.start for request in server.gets(TAR)] == [0, 30_000, 90_000, 180_000]
    assert server.sent_bytes(TAR) == size(original)
    assert report.resumed_bytes == 30_000 + 90_000 + 180_000
    assert all(request.if_range for request in server.gets(TAR)[1:])
    assert_same()


def test_a_line_that_always_drops_after_a_while_ends(fetch, server, gldv2_server, original, assert_same):
    server.behaviour.always[TAR] = gldv2_server.Fault("drop", after_bytes=70_000)
    assert fetch(retries=1).failures == []
    assert server.sent_bytes(TAR) == size(original)
    assert_same()


def test_a_server_that_knows_no_ranges_sends_it_again(fetch, server, gldv2_server, original, assert_same):
    server.behaviour.ranges = False
    server.behaviour.faults[TAR] = [gldv2_server.Fault("drop", after_bytes=50_000)]
    report = fetch()
    assert server.sent_bytes(TAR) == size(original) + 50_000
    assert report.resumed_bytes == 0
    assert_same()


@pytest.mark.parametrize("validators", [(), ("weak_etag",), ("odd_etag",), ("last_modified",), ("etag",)])
@pytest.mark.parametrize("path", [TAR, TABLE])
def test_only_what_can_be_told_apart_is_resumed(fetch, server, gldv2_server, original, assert_same, validators, path):
    server.behaviour.validators = validators
    server.behaviour.faults[path] = [gldv2_server.Fault("drop", after_bytes=300)]
    fetch()
    resumable = path == TAR or set(validators) & {"etag", "last_modified"}
    assert server.sent_bytes(path) == size(original, path) + (0 if resumable else 300)
    assert_same()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_server_that_tells_no_sizes(fetch, server, heard, assert_same, ranges):
    server.behaviour.lengths = False
    server.behaviour.ranges = ranges
    assert fetch().failures == []
    assert "the mirror does not tell the size of 6 of them" in heard.sentences
    assert_same()


def test_silence_is_given_up_and_tried_again(fetch, server, gldv2_server, assert_same):
    server.behaviour.faults[TAR] = [gldv2_server.Fault("stall", after_bytes=10_000, seconds=5.0)]
    assert fetch(timeout_s=0.3).failures == []
    assert server.gets(TAR)[0].start == 10_000
    assert_same()


def test_retry_after_is_obeyed(fetch, server, gldv2_server):
    server.behaviour.faults[TAR] = [gldv2_server.Fault("status", status=429, retry_after="1")]
    began = time.monotonic()
    fetch(backoff_s=0.0)
    assert time.monotonic() - began >= 1.0


def test_a_wrong_checksum_is_fetched_again(fetch, server, gldv2_server, original, assert_same):
    server.behaviour.faults[TAR] = [gldv2_server.Fault("corrupt")]
    assert fetch().failures == []
    assert server.sent_bytes(TAR) == 2 * size(original)
    assert_same()


def test_a_wrong_checksum_every_time_is_an_error(fetch, server, gldv2_server, tmp_path, assert_same):
    server.behaviour.always[TAR] = gldv2_server.Fault("corrupt")
    report = fetch(shards=(0, 1))
    assert len(report.failures) == 1
    assert "3 times over; it was deleted; try later, or another mirror" in report.failures[0]
    assert not list((tmp_path / "out" / "train").glob("images_000*"))
    del server.behaviour.always[TAR]
    assert fetch(shards=(0, 1)).failures == []
    assert_same((0, 1))


def test_a_wrong_md5_file_is_fetched_again(fetch, tmp_path, server, assert_same):
    (tmp_path / "out" / MD5).parent.mkdir(parents=True)
    (tmp_path / "out" / MD5).write_text("0" * 32)
    assert fetch().failures == []
    assert len(server.gets(TAR)) == 1
    assert_same()


@pytest.mark.parametrize(
    ("path", "fault", "said"),
    [
        (TAR, {"kind": "status", "status": 404}, "answers 404 Not Found"),
        (TAR, {"kind": "status", "status": 403}, "answers 403 Forbidden"),
        (TAR, {"kind": "status", "status": 500}, "answers 500 Internal Server Error (tried 3 times)"),
        (TAR, {"kind": "gzip"}, "sends it as 'gzip'"),
        (TAR, {"kind": "redirect"}, "redirects to nowhere"),
        (TAR, {"kind": "drop", "after_bytes": 0}, "the connection broke"),
        (MD5, {"kind": "status", "status": 404}, f"cannot be checked: {MD5}: the server answers 404"),
        (MD5, {"kind": "html"}, "holds no md5 but '<html>"),
        (TABLE, {"kind": "html"}, "is this address a mirror of GLDv2?"),
        (TABLE, {"kind": "wrong_range"}, None),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else None,
)
def test_what_cannot_be_had_is_named_and_the_rest_is_there(fetch, server, gldv2_server, assert_same, path, fault, said):
    server.behaviour.always[path] = gldv2_server.Fault(**fault)
    report = fetch(shards=(0, 1), retries=2)
    if said is None:
        assert report.failures == []
        return
    assert len(report.failures) == 1
    assert said in report.failures[0]
    assert report.fetched == 6
    server.behaviour.always.clear()
    assert fetch(shards=(0, 1)).failures == []
    assert_same((0, 1))

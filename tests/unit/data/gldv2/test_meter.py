import pytest

from triovision.data.gldv2.meter import Meter, format_bytes, format_duration


def test_rate_and_time_left():
    now = [0.0]
    meter = Meter(lambda: now[0])
    meter.expect("a", 1000)
    now[0] = 2.0
    meter.receive("a", 400)
    assert meter.read() == (400, 1000, 200.0, 3.0)


def test_the_rate_is_that_of_the_last_half_minute():
    now = [0.0]
    meter = Meter(lambda: now[0])
    meter.expect("a", 10**6)
    for second in range(1, 101):
        now[0] = float(second)
        meter.receive("a", 1000 if second <= 60 else 10)
    assert meter.read().rate_bytes_s == pytest.approx(10, rel=0.1)


def test_a_file_that_starts_again_is_expected_again():
    meter = Meter()
    meter.expect("a", 100)
    meter.receive("a", 60)
    meter.expect("a", 100)
    assert meter.read()[:2] == (60, 160)


def test_nothing_moves_nothing_is_promised():
    meter = Meter()
    meter.expect("a", 100)
    assert meter.read().left_s is None


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_700, "1 MB"), (1_234_567_890, "1.23 GB"), (5e11, "500 GB")],
)
def test_bytes_in_words(count, text):
    assert format_bytes(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "unknown"), (40.4, "40 s"), (725, "12 min"), (11_100, "3 h 05 min")]
)
def test_durations_in_words(seconds, text):
    assert format_duration(seconds) == text

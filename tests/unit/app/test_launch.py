import json
import socket

import pytest
from streamlit import config

from triovision.app.animations import ANIMATIONS, animation
from triovision.app.launch import serve, server_options
from triovision.app.sample import is_sample, sample_photo
from triovision.app.settings import AppSettings, get_settings, use_settings
from triovision.errors import AppError


def test_nothing_is_told_to_anyone():
    options = server_options(AppSettings(max_upload_mb=7), "127.0.0.1", 8501)
    assert options["browser.gatherUsageStats"] is False
    assert options["server.address"] == "127.0.0.1"
    assert options["server.maxUploadSize"] == 7
    assert options["client.allowedOrigins"] == ["http://127.0.0.1:8501", "http://localhost:8501"]
    assert options["client.showErrorDetails"] == "none"


def test_on_the_network_the_page_knows_this_machines_names():
    origins = server_options(AppSettings(), "0.0.0.0", 80)["client.allowedOrigins"]  # noqa: S104
    assert f"http://{socket.gethostname()}:80" in origins
    assert "http://0.0.0.0:80" not in origins


def test_every_option_is_one_that_streamlit_knows():
    known = config._config_options_template
    assert [name for name in server_options(AppSettings(), "127.0.0.1", 1) if name not in known] == []


def test_a_taken_port_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AppError, match=f"{port}.*--port"):
            serve(AppSettings(), "127.0.0.1", port)


def test_settings_are_checked_and_kept():
    before = get_settings()
    use_settings(AppSettings(model="mine"))
    assert get_settings().model == "mine"
    use_settings(before)
    with pytest.raises(ValueError, match="max_photos is 0"):
        AppSettings(max_photos=0)


def test_the_sample_is_known_by_its_content():
    assert sample_photo().data[:2] == b"\xff\xd8"
    assert not is_sample("0" * 64)


@pytest.mark.parametrize("name", ANIMATIONS)
def test_an_animation_is_lottie(name):
    drawn = animation(name)
    assert drawn["op"] > drawn["ip"] == 0
    assert drawn["layers"]
    assert "http" not in json.dumps(drawn)

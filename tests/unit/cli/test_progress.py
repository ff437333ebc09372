import io

import pytest

from triovision.cli.progress import open_listener


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_sentences_are_said_on_standard_error_with_or_without_bars(monkeypatch, capsys, stream):
    heard = stream()
    monkeypatch.setattr("sys.stderr", heard)
    with open_listener() as listener:
        listener.start("photos", 3)
        listener.advance()
        listener.say("half way [not markup]")
    assert "triovision: half way [not markup]" in heard.getvalue()
    assert capsys.readouterr().out == ""

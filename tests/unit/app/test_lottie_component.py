from triovision.app import lottie_component
from triovision.app.lottie_component import show_lottie


def test_the_animation_reaches_the_player_with_its_label(monkeypatch):
    sent = []
    monkeypatch.setattr(lottie_component, "_component", lambda: lambda **arguments: sent.append(arguments))
    show_lottie({"v": "5.7", "op": 60}, label="Analysing", key="wait", height_px=90, loop=False)
    assert sent == [
        {
            "key": "wait",
            "data": {"animation": {"v": "5.7", "op": 60}, "label": "Analysing", "loop": False, "height_px": 90},
        }
    ]

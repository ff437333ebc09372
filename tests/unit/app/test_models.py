import pytest

from triovision.app.models import initial_choice, list_models, open_model, refusal, uploaded_choice
from triovision.errors import BundleError, BundleFieldError, BundleFormatError, BundleNotFoundError


@pytest.fixture
def folder(tmp_path, tiny_bundle):
    (tmp_path / "mine.onnx").write_bytes(tiny_bundle.read_bytes())
    (tmp_path / "notes.txt").write_text("no model")
    return tmp_path


def test_embedded_first_then_the_folder(folder):
    choices = list_models(folder)
    assert [(choice.name, choice.source) for choice in choices] == [("starter", "embedded"), ("mine.onnx", "folder")]
    assert list_models(folder / "none")[0].source == "embedded"


def test_a_model_named_at_the_start_stands_in_the_list(folder, tmp_path_factory, tiny_bundle):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "other.onnx"
    elsewhere.write_bytes(tiny_bundle.read_bytes())
    choices = list_models(folder, str(elsewhere))
    assert initial_choice(choices, str(elsewhere)).name == "other.onnx"
    assert initial_choice(choices, str(folder / "mine.onnx")).name == "mine.onnx"
    assert initial_choice(choices, None).name == "starter"
    assert initial_choice(choices, "gone.onnx") is choices[0]
    assert len(list_models(folder, str(folder / "gone.onnx"))) == 2


def test_a_file_that_changes_is_another_model(folder):
    before = list_models(folder)[1].key
    path = folder / "mine.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    assert list_models(folder)[1].key != before


def test_every_choice_opens(folder, tiny_bundle):
    for choice in list_models(folder):
        assert open_model(choice).metadata.country_codes
    assert open_model(uploaded_choice("up.onnx", tiny_bundle.read_bytes())).metadata.name == "tiny"


@pytest.mark.parametrize("data", [b"", b"hello", b"\x08\x07" * 500])
def test_a_hostile_upload_is_refused(data):
    with pytest.raises(BundleError) as caught:
        open_model(uploaded_choice("evil.onnx", data))
    assert refusal(caught.value)[0] == "model.refused_format"


def test_why_it_was_refused():
    assert refusal(BundleFieldError("m", "temperature", "is missing")) == (
        "model.refused_field",
        {"field": "temperature"},
    )
    assert refusal(BundleNotFoundError("m"))[0] == "model.refused_missing"
    assert refusal(BundleFormatError("m"))[0] == "model.refused_format"

import pickle

import pytest

from triovision import errors


def error_classes():
    return [getattr(errors, name) for name in errors.__all__]


def test_every_error_is_drawn_in_the_tree_at_the_top():
    for error_class in error_classes():
        assert error_class.__name__ in errors.__doc__


def test_all_names_every_public_error():
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and name.endswith("Error")}
    assert set(errors.__all__) == defined


def test_one_class_catches_all():
    assert all(issubclass(error_class, errors.TrioVisionError) for error_class in error_classes())


@pytest.mark.parametrize(
    "error",
    [
        errors.PhotoCorruptError("a.jpg", "broken", "copy it again"),
        errors.BundleFieldError("m.onnx", "temperature", "is missing"),
        errors.MissingExtraError("torch", "train"),
    ],
)
def test_errors_survive_a_process_border(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_message_names_what_is_wrong_and_the_mend():
    assert str(errors.PhotoEmptyError("a.jpg", "zero bytes", "copy it again")) == "a.jpg: zero bytes; copy it again"
    assert 'pip install "triovision[train]"' in str(errors.MissingExtraError("torch", "train"))

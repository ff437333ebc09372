"""Every error that TrioVision raises on purpose.

    TrioVisionError                     catch this one to catch them all
    ├── PhotoError                      one photo cannot be used; a run goes on without it
    │   ├── PhotoNotFoundError          no file there
    │   ├── PhotoAccessError            a directory, a device, a file that may not be read
    │   ├── PhotoEmptyError             zero bytes
    │   ├── PhotoTooLargeError          more bytes or pixels than the limits allow
    │   ├── PhotoFormatError            not a photo at all, or a format that we do not read
    │   └── PhotoCorruptError           a photo once, but its data is broken beyond reading
    ├── CountryError                    a country code, name or language that nobody knows
    ├── BundleError                     a model file that cannot be used
    │   ├── BundleNotFoundError         no file there
    │   ├── BundleFormatError           not an ONNX model that TrioVision wrote
    │   └── BundleFieldError            its metadata does not fit its graph; names the field
    ├── DataError                       a data set, table or manifest that cannot be used
    ├── TrainingError                   a recipe or a training run that cannot go on
    ├── AppError                        the app cannot be started
    └── MissingExtraError               an optional part of TrioVision is not installed

Each message is one line: what it is about, what is wrong, and the mend.
"""

from __future__ import annotations

__all__ = [
    "AppError",
    "BundleError",
    "BundleFieldError",
    "BundleFormatError",
    "BundleNotFoundError",
    "CountryError",
    "DataError",
    "MissingExtraError",
    "PhotoAccessError",
    "PhotoCorruptError",
    "PhotoEmptyError",
    "PhotoError",
    "PhotoFormatError",
    "PhotoNotFoundError",
    "PhotoTooLargeError",
    "TrainingError",
    "TrioVisionError",
]


class TrioVisionError(Exception):
    """Base of all errors that TrioVision raises on purpose."""


class PhotoError(TrioVisionError):
    """One photo cannot be used.

    Args:
        photo: Name of the photo as the user knows it (a path, or `<bytes>`).
        problem: What is wrong, as half a sentence.
        mend: What the user can do, as half a sentence.
    """

    def __init__(self, photo: str, problem: str, mend: str) -> None:
        self.photo = photo
        self.problem = problem
        self.mend = mend
        super().__init__(f"{photo}: {problem}; {mend}")

    def __reduce__(self) -> tuple[type[PhotoError], tuple[str, str, str]]:
        """Pickle by the three arguments, so that errors cross process borders whole."""
        return type(self), (self.photo, self.problem, self.mend)


class PhotoNotFoundError(PhotoError):
    """There is no file at this path."""


class PhotoAccessError(PhotoError):
    """The path is a directory or a device, or the file may not be read."""


class PhotoEmptyError(PhotoError):
    """The photo has zero bytes."""


class PhotoTooLargeError(PhotoError):
    """The photo has more bytes or pixels than the limits allow."""


class PhotoFormatError(PhotoError):
    """The bytes are not a photo, or a format that TrioVision does not read."""


class PhotoCorruptError(PhotoError):
    """The photo's data is broken beyond reading."""


class CountryError(TrioVisionError):
    """A country code, country name or language that nobody knows."""


class BundleError(TrioVisionError):
    """A model file that cannot be used."""


class BundleNotFoundError(BundleError):
    """There is no model file at this path."""


class BundleFormatError(BundleError):
    """The file is not an ONNX model that TrioVision wrote."""


class BundleFieldError(BundleError):
    """A metadata field that is missing, malformed or does not fit the graph.

    Args:
        bundle: Name of the model file.
        field: Dotted name of the field, e.g. `preprocessing.mean`.
        problem: What is wrong, as half a sentence.
    """

    def __init__(self, bundle: str, field: str, problem: str) -> None:
        self.bundle = bundle
        self.field = field
        self.problem = problem
        super().__init__(f"{bundle}: field `{field}` {problem}; export the model again with `triovision export`")

    def __reduce__(self) -> tuple[type[BundleFieldError], tuple[str, str, str]]:
        """Pickle by the three arguments, so that errors cross process borders whole."""
        return type(self), (self.bundle, self.field, self.problem)


class DataError(TrioVisionError):
    """A data set, table or manifest that cannot be used."""


class TrainingError(TrioVisionError):
    """A recipe or a training run that cannot go on."""


class AppError(TrioVisionError):
    """The app cannot be started: its port is taken, or its built files are missing."""


class MissingExtraError(TrioVisionError):
    """An optional part of TrioVision is not installed.

    Args:
        module: The module that could not be imported.
        extra: The extra that brings it.
    """

    def __init__(self, module: str, extra: str) -> None:
        self.module = module
        self.extra = extra
        super().__init__(f'{module} is not installed; run: pip install "triovision[{extra}]"')

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Pickle by the two arguments, so that errors cross process borders whole."""
        return type(self), (self.module, self.extra)

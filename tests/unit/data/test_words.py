import pytest
from hypothesis import given
from hypothesis import strategies as st

from triovision.data.landmarks import landmark_key
from triovision.data.licences import is_free_licence


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (("machu-picchu", "Machu Picchu", "machupicchu", "MACHU_PICCHU", "Máchu Pícchu"), "machupicchu"),
        (("Sagrada Família", "sagrada familia"), "sagradafamilia"),
        (("Nærøyfjord", "naeroyfjord"), "naeroyfjord"),
        (("金閣寺",), "金閣寺"),
        (("", " -_. "), ""),
    ],
)
def test_spellings_of_one_landmark_have_one_key(spellings, key):
    assert {landmark_key(spelling) for spelling in spellings} == {key}


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert landmark_key(landmark_key(text)) == landmark_key(text)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_case_and_spaces_are_no_matter(text):
    assert landmark_key(f" {text.upper()}-") == landmark_key(text)


@pytest.mark.parametrize(
    "statement",
    [
        "CC0", "Public Domain", "CC BY 4.0", "cc-by-sa-3.0", "CC_BY_SA", "MIT", "CC0 / Public Domain Mark",
        "Wikimedia CC/PD", "CC BY / CC BY-SA / CC0 / PD (per file)", "Attribution-ShareAlike 3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/", "http://creativecommons.org/publicdomain/mark/1.0/",
    ],
)  # fmt: skip
def test_free_licences(statement):
    assert is_free_licence(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "", "none", "none(owner photos)", "Unsplash/Wikimedia", "CC BY-NC 2.0", "CC BY-NC-SA 4.0", "CC BY-ND",
        "https://creativecommons.org/licenses/by-nc/2.0/", "repo MIT; photos Unsplash-type", "All rights reserved",
        "none (partly US gov PD)", "Pixabay/Unsplash/PD for listed files", "stock", "Wikimedia", "permit",
    ],
)  # fmt: skip
def test_other_licences(statement):
    assert not is_free_licence(statement)

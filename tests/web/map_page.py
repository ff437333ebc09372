"""A page with only the map, for tests: which answer it shows stands in the address."""

import streamlit as st

from triovision.app.map_component import MapData, show_map
from triovision.countries import get_region

PROBABILITIES = {"FR": 0.41, "BE": 0.14, "CH": 0.09, "IT": 0.07, "DE": 0.06, "ES": 0.05, "LU": 0.03, "NL": 0.008}
CASES = {
    "country": {"predicted": "FR", "gps": (43.6, 7.1)},
    "behind": {"predicted": "FR", "gps": (-33.86, 151.21)},
    "region": {"region": get_region("155").members, "region_name": "Western Europe", "region_probability": 0.71},
    "unsure": {},
}

st.set_page_config(layout="wide")
case, language = st.query_params.get("case", "country"), st.query_params.get("lang", "en")
other = st.button("Another photo")
data = MapData(
    photo="other" if other else case,
    probabilities={"JP": 0.6, "CN": 0.2} if other else PROBABILITIES,
    language=language,
    candidates=("JP", "CN") if other else tuple(PROBABILITIES),
    **({"predicted": "JP"} if other else CASES[case]),
)
clicked = show_map(data, key="map", height_px=460)
st.markdown(f"clicked: {clicked}")

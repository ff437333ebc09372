"""The page in the browser: drop a photo, see where it was taken, how sure that is, and why.

launch.py      start the server: offline, on this machine only unless told otherwise
page.py        the script that Streamlit runs; puts the views in order
views/         one module per part of the page; they only lay out
parts/         our own elements in the browser: drop zone, photo strip, sortable table, heat map slider, theme switch
analysis.py    photos -> what the page shows of them; every number from `classifier`, `decision`, `evidence`
shelf.py       the photos of one session, in memory, bounded
models.py      which models there are, and opening one
charts/        Plotly figures
report/        the one-page report
language.py    the page's words, English and French
theme.py       colours and fonts
"""

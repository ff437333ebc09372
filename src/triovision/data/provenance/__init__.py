"""Which country a landmark of GLDv2 lies in, and how that is known: `data countries gldv2`.

    options.py       which sources the user gave
    tables.py        columns of a CSV or Parquet file in batches, the unusable rows counted
    landmarks.py     the data set's own tables: categories, photos per landmark
    categories.py    one spelling per Commons category
    claims.py        what one source says about one landmark, and how much it is believed
    verdict.py       a country's name against coordinates: which of the two is right
    location_table.py  `category_to_location.csv`
    coordinates.py   any table with coordinates
    wikidata.py      statements of Wikidata items -> claims
    states.py        Wikidata's ids of states -> country codes, from `states.json`
    sparql.py        items by category from a SPARQL endpoint, politely
    endpoint.py      one question to the endpoint, and what its answer means
    answers.py       SPARQL's JSON -> items by category
    cache.py         what the endpoint answered, on disk
    dump.py          items by category from a dump
    gazetteer.py     place names within the category's own text, from `places.json`
    merge.py         several claims -> one country, and the conflicts
    coverage.py      what is covered, by what, and what is not and why
    licences.py      photos with a free licence
    join.py          the line through all of these, and the files it writes

`states.json` and `places.json` are written by `scripts/build_states.py` and `scripts/build_places.py`.
`docs/decisions/0006-country-of-a-landmark.md` says who is believed when sources disagree.
"""

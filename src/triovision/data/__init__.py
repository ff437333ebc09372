"""Photos with known countries -> a prepared data set: manifest, labels and WebDataset shards.

    options.py      what the user asked for
    records.py      one sample, one reject
    table.py        SOURCE as a CSV
    folders.py      SOURCE as a folder per country
    choose.py       which samples are left out before any photo is opened, and why
    landmarks.py    spellings of one place -> one key
    licences.py     which stated licences are free
    splits.py       train, val and test without a leak
    files.py        files that are whole or not there
    encode.py       photo file -> small upright JPEG
    shards.py       tar files, written whole or not at all; and read again
    manifest.py     manifest.parquet, labels.json, data.json, rejects.csv
    listener.py     who hears how far a run is
    claim.py        one run at a time per folder
    prepare.py      the line through all of these
    stream/         the same for any number of photos: GLDv2, a table, one's own photos by their coordinates
    stats/          what a prepared data set holds, as figures and pictures

Nothing here imports pyarrow before the manifest is written, and reading shards needs none.
"""

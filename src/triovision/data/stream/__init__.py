"""Any number of photos -> the same prepared data set, by worker processes, in columns instead of objects.

    options.py      what the user asked for
    catalogue.py    what is known of each photo before it is opened: one Arrow table
    csv_source.py   photos of a CSV
    gps_source.py   a person's own photos, whose coordinates say the country
    gldv2_source.py photos in the tars of Google Landmarks v2
    chunks.py       a few hundred photos: the unit of work, and its entry in the journal
    encode.py       one chunk: photo -> small upright JPEG, perceptual hash
    similar.py      near-duplicates by perceptual hash, found through an index
    places.py       landmarks and coordinates -> groups that stay on one side of a split
    outcomes.py     the journal of all chunks, as columns
    decide.py       which photos stay, and in which split
    shards.py       which shard holds what; writing it
    tables.py       manifest, labels, rejects, data.json
    card.py         the data card
    engines.py      worker processes of this machine, or Ray
    run.py          the line through all of these

The bytes of a data set follow from its photos and options alone: not from the number of workers, the engine, or how
often the run was killed. Memory holds about two hundred bytes per photo and no more.
"""

"""Google Landmarks Dataset v2 at full size: the download.

    layout.py       which files there are, and where
    options.py      what the user asked for
    retry.py        what is tried again, when, and how often
    transfer.py     one address -> one file, going on where it stopped
    archive.py      members of a tar that is not trusted
    state.py        what is finished, and who works in the folder
    space.py        sizes before anything is fetched, and the room on the disk
    workers.py      several at a time, and a clean stop
    meter.py        bytes, rate and time left
    kept.py         `--licence`: ids of the photos whose licence was chosen
    verify.py       is this file what the mirror has: md5, columns, members
    download.py     the line through all of these

The folder has the layout of the original, so a finished one can be served as a mirror. httpx is imported when
something must be fetched, and not before.
"""

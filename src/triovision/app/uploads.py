"""Files from Streamlit's uploader, taken once and let go."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from triovision.app.analysis import Upload
from triovision.app.session import Session

__all__ = ["take_uploads"]

# Streamlit's uploader remembers the names of all its files; after so many it makes room for a fresh one.
_FILES_PER_UPLOADER = 100


def take_uploads(session: Session, container_key: str, label: str, *, multiple: bool) -> list[Upload]:
    """Files that have come in since the last run.

    The uploader itself is out of sight, our drop zone feeds it. Once taken, a file leaves the uploader's memory.

    Args:
        session: Which files it has taken already.
        container_key: Of the container that hides the uploader.
        label: For those who read the page's source.
        multiple: Whether several files may come at once.
    """
    round_ = st.session_state.setdefault(f"{container_key}-round", 0)
    with st.container(key=container_key):
        value: Any = st.file_uploader(
            label,
            accept_multiple_files=multiple,
            max_upload_size=session.settings.max_upload_mb,
            key=f"{container_key}-{round_}",
        )
    files = (value if isinstance(value, list) else [value]) if value else []
    # A file that was let go comes back as a record without a name.
    fresh = [file for file in files if hasattr(file, "getvalue") and file.file_id not in session.seen_files]
    uploads = []
    for file in fresh:
        uploads.append(Upload(file.name, file.getvalue()))
        session.seen_files.add(file.file_id)
        _let_go(file.file_id)
    session.received += len(uploads)
    if not fresh and len(files) >= _FILES_PER_UPLOADER:
        st.session_state[f"{container_key}-round"] = round_ + 1
        session.seen_files.clear()
    return uploads


def _let_go(file_id: str) -> None:
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)

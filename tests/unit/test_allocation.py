import pytest

from triovision import allocation


@pytest.mark.parametrize("keep", [allocation.keep_freed_memory, allocation.keep_freed_blocks.__wrapped__])
def test_memory_is_kept_where_the_allocator_can(keep, monkeypatch):
    assert keep() in (True, False)
    monkeypatch.setattr(allocation.ctypes.util, "find_library", lambda _name: None)
    assert not keep()

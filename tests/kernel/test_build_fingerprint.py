from pathlib import Path

from calloff.kernel.build_fingerprint import fingerprint


def test_the_build_is_read_once_in_service_and_at_each_visit_while_it_is_developed(settings, monkeypatch):
    first = fingerprint()
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"changed")
    assert fingerprint() == first
    settings.DEBUG = True
    assert fingerprint() != first

from pathlib import Path

from calloff.kernel.build_fingerprint import fingerprint


def test_the_build_fingerprint_is_cached_in_production_and_read_each_time_in_development(settings, monkeypatch):
    first = fingerprint()
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"changed")
    assert fingerprint() == first
    settings.DEBUG = True
    assert fingerprint() != first

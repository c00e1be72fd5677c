import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

LOCK_PIN_PATTERN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
LOCK_HASH_PATTERN = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VENDORED_FOLDER_PATTERN = re.compile(r"^(?P<name>govuk-frontend)-(?P<version>[0-9.]+)$")


class Command(BaseCommand):
    help = "Print the software bill of materials as CycloneDX 1.5 JSON, with every pinned library and its hashes."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(json.dumps(build_sbom(Path(settings.BASE_DIR)), indent=1))


def build_sbom(root: Path) -> dict[str, Any]:
    """Return the software bill of materials for the project in a folder, in CycloneDX 1.5 format (ECMA-424).

    The result does not contain the current time, so the same lock file always gives the same result.
    """
    lock = (root / "requirements.lock").read_text()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(lock.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "calloff", "name": "calloff"}},
        "components": [*_libraries(lock), *_vendored(root / "calloff" / "web" / "static")],
    }


def _libraries(lock: str) -> list[dict[str, Any]]:
    libraries: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pinned := LOCK_PIN_PATTERN.match(line):
            libraries.append(_component("pypi", pinned[1].lower(), pinned[2]) | {"hashes": []})
        if libraries and (fingerprint := LOCK_HASH_PATTERN.search(line)):
            libraries[-1]["hashes"].append({"alg": "SHA-256", "content": fingerprint[1]})
    return libraries


def _vendored(static: Path) -> list[dict[str, Any]]:
    named = (VENDORED_FOLDER_PATTERN.match(folder.name) for folder in sorted(static.iterdir()))
    return [_component("npm", name["name"], name["version"]) for name in named if name]


def _component(registry: str, name: str, version: str) -> dict[str, Any]:
    address = f"pkg:{registry}/{name}@{version}"
    return {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}

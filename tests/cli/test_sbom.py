"""Tests for the list of software in Calloff, which people use to check for vulnerabilities."""

import json
import re
from importlib.metadata import version

from django.conf import settings
from django.core.management import call_command


def printed(capsys):
    call_command("sbom")
    return json.loads(capsys.readouterr().out)


def test_the_software_list_contains_every_locked_library_with_its_hashes(capsys):
    told = printed(capsys)
    lock = (settings.BASE_DIR / "requirements.lock").read_text()
    libraries = {one["purl"]: one for one in told["components"] if one["purl"].startswith("pkg:pypi/")}
    assert len(libraries) == len(re.findall(r"^[A-Za-z0-9._-]+==", lock, re.M)) > 50
    assert sum(len(one["hashes"]) for one in libraries.values()) == lock.count("--hash=sha256:")
    assert libraries[f"pkg:pypi/django@{version('django')}"]["name"] == "django"
    assert all(one["hashes"] for one in libraries.values())


def test_the_software_list_also_contains_bundled_software(capsys):
    [frontend] = [one for one in printed(capsys)["components"] if one["purl"].startswith("pkg:npm/")]
    assert (settings.BASE_DIR / "calloff" / "web" / "static" / f"govuk-frontend-{frontend['version']}").is_dir()


def test_the_software_list_is_valid_cyclonedx_and_reproducible(capsys):
    told = printed(capsys)
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told["serialNumber"])
    assert len({one["bom-ref"] for one in told["components"]}) == len(told["components"])
    assert printed(capsys) == told

"""Write THIRD-PARTY.md, which lists other people's work in this repository and in requirements.lock, with the licences.

Run .venv/bin/python tools/third_party.py (it reads the metadata of the installed packages, and a test checks the file)
"""

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "THIRD-PARTY.md"

CARRIED = (  # the name, folder, licence and purpose of each work
    ("GOV.UK Frontend", "calloff/web/static/govuk-frontend-6.3.0", "MIT", "styles and scripts of the pages"),
    ("Atkinson Hyperlegible Next", "calloff/web/static/font", "OFL-1.1", "the font of pages and papers"),
    ("Noto", "calloff/documents/fonts", "OFL-1.1", "fonts for other scripts in PDFs"),
    ("axe-core", "tests/journeys/axe.min.js", "MPL-2.0", "accessibility checks in tests"),
    (
        "world-atlas, with Natural Earth and Code-Point Open",
        "calloff/web/directory/outlines.json",
        "ISC, public domain and Open Government Licence v3.0",
        "the land, borders and outcodes on the directory’s map, made by `tools/draw_outlines.py`",
    ),
    (
        "Council documents",
        "packs",
        "Open Government Licence v3.0",
        "titles and descriptions of markets and categories, as West Sussex County Council and Dorset Council "
        "published them",
    ),
)
IMPORTED = (  # Each council imports these data sets itself. This repository does not contain them.
    ("Get Information About Schools", "Department for Education", "Open Government Licence v3.0"),
    ("Code-Point Open", "Ordnance Survey", "Open Government Licence v3.0"),
    ("Open Referral UK schema and taxonomies", "Open Referral UK", "CC BY-SA 4.0"),
)
ALLOWED = frozenset({
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "LGPL-2.1-or-later", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0",
})  # fmt: skip
SPDX_BY_TEXT = {  # the names of licences that packages use if they have no SPDX expression
    "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause", "BSD License": "BSD-3-Clause", "MIT License": "MIT",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
NOT_ON_EVERY_SYSTEM = {"colorama": "BSD-3-Clause"}  # packages in the lock file that are needed only on Windows


def locked() -> dict[str, str]:
    """Return the packages in the lock file, with their versions."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", "\n".join(lines), re.MULTILINE))


def licence_of(package: str) -> str:
    """Return the SPDX expression for the licence of an installed package.

    Raises LookupError if the package's metadata has no licence that we know.
    """
    if package in NOT_ON_EVERY_SYSTEM:
        return NOT_ON_EVERY_SYSTEM[package]
    details = metadata.metadata(package)
    if expression := details.get("License-Expression"):
        return str(expression)
    classes = [row.split(" :: ")[-1] for row in details.get_all("Classifier", []) if row.startswith("License ::")]
    for text in (str(details.get("License") or "").strip(), *classes):
        if text in ALLOWED or text in SPDX_BY_TEXT:
            return SPDX_BY_TEXT.get(text, text)
    raise LookupError(f"{package}: no licence that we know in its metadata: {classes}")


def text() -> str:
    """Return the text of THIRD-PARTY.md."""
    carried = "\n".join(f"| {name} | `{path}` | {licence} | {purpose} |" for name, path, licence, purpose in CARRIED)
    imported = "\n".join(f"| {name} | {owner} | {licence} |" for name, owner, licence in IMPORTED)
    packages = "\n".join(
        f"| {name} | {version} | {licence_of(name)} |" for name, version in sorted(locked().items(), key=str)
    )
    return f"""# What we use that others made

Calloff itself is licensed under [Apache-2.0](LICENSE). This file is written by `tools/third_party.py`.

## In this repository

| name | where | licence | what for |
|---|---|---|---|
{carried}

## Data that a council imports

Contains public sector information licensed under the Open Government Licence v3.0. Contains OS data © Crown
copyright and database right. Only outcodes and approximate borders are in this repository. Pages and files that
show the data name the source.

| name | from | licence |
|---|---|---|
{imported}

## Packages that are installed

Versions and hashes: `requirements.lock`. Some are for tests and tools alone; `pyproject.toml` says which.

| package | version | licence |
|---|---|---|
{packages}
"""


if __name__ == "__main__":
    FILE.write_text(text())

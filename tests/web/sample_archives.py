"""Small .zip files for tests: a market pack, and a directory in tabular format."""

import io
import zipfile

from django.conf import settings

FARM, SERVICE = "3f0c7d9e-5b1a-4f62-9d0e-6a1b2c3d4e5f", "7a9e1c34-2d5b-4c8f-8e6a-0b1c2d3e4f50"
PACKS = settings.BASE_DIR / "packs"


def zip_of(**files):
    """Return a .zip file of several texts, by name. In a name, __ stands for a slash and _dot_ for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return packed.getvalue()


def zip_of_pack(slug):
    """Return the pack of West Sussex's market for an authority as a .zip file, with the files that packs share."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in ("west-sussex-iap", "shared"):
            for path in sorted((PACKS / folder).iterdir()):
                text = path.read_text()
                if path.name == "west-sussex.yml":
                    text = text.replace("slug: west-sussex\n", f"slug: {slug}\n", 1)
                archive.writestr(f"{folder}/{path.name}", text)
    return packed.getvalue()


def zip_of_services(status="active"):
    """Return a directory with one service, of a provider that is not a member."""
    return zip_of(
        organizations_dot_csv=f"id,name,description\n{FARM},Nowhere Farm Ltd,A farm\n",
        services_dot_csv=f"id,organization_id,name,status\n{SERVICE},{FARM},Barn days,{status}\n",
        attributes_dot_csv="id,link_id,taxonomy_term_id\n",
        taxonomy_terms_dot_csv="id,name,description\n",
    )

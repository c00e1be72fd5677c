"""The versions of a service, and the differences between two of them, for its provider and the authority."""

from typing import Any

from django import forms

from calloff.directory import service_versions
from calloff.directory.models import Service
from calloff.kernel.formatting import format_short_datetime
from calloff.web.directory.service_diff import diff_services
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import FilterForm
from calloff.web.request import Request


class VersionPairFilter(FilterForm):
    """The two versions to compare. If the choice is not valid, the last two versions are compared."""

    before = forms.ChoiceField(
        label="Before", required=False, error_messages=choice_errors("Select the earlier version from the list")
    )
    after = forms.ChoiceField(
        label="After", required=False, error_messages=choice_errors("Select the later version from the list")
    )


def compare_versions_context(request: Request, service: Service) -> dict[str, Any]:
    """Return the context for `parts/service_versions.html`.

    The caller must have checked that the person can see the service.
    """
    versions = list(service_versions.versions_of(service)[: service_versions.MAX_VERSIONS_SHOWN])
    number = (
        service_versions.version_count(service)
        if len(versions) == service_versions.MAX_VERSIONS_SHOWN
        else len(versions)
    )
    numbered = {str(version.pk): (number - place, version) for place, version in enumerate(versions)}
    choose = VersionPairFilter.of(request)
    for name in ("before", "after"):
        field: Any = choose.fields[name]
        field.choices = [
            (key, f"Version {place}, {format_short_datetime(version.changed_at)}")
            for key, (place, version) in numbered.items()
        ]
    choose.is_valid()
    keys = list(numbered)
    after = choose.cleaned_data.get("after") or (keys[0] if keys else "")
    before = choose.cleaned_data.get("before") or (keys[1] if len(keys) > 1 else after)
    shown = {"numbered": list(numbered.values()), "choose": choose, "chosen": (before, after)}
    if not keys:
        return shown | {"before": None, "after": None, "different": []}
    old, new = numbered[before], numbered[after]
    differences = diff_services(service_versions.version_fields(old[1]), service_versions.version_fields(new[1]))
    return shown | {"before": old, "after": new, "different": differences}

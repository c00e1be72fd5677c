"""The versions of a service, and what differs between two: for its provider, and for the authority's overseers."""

from typing import Any

from django import forms

from calloff.directory import service_versions
from calloff.directory.models import Service
from calloff.kernel.formatting import short_moment
from calloff.web.directory.service_diff import differences
from calloff.web.forms_ui.forms import Filter
from calloff.web.request import Request


class Two(Filter):
    """Which two versions are compared; the last two, where the address names none that there are."""

    before = forms.ChoiceField(label="Before", required=False)
    after = forms.ChoiceField(label="After", required=False)


def compared(request: Request, service: Service) -> dict[str, Any]:
    """Return what `parts/service_versions.html` shows. Whoever calls has seen the service."""
    several = list(service_versions.of(service)[: service_versions.MOST])
    number = service_versions.number_of(service) if len(several) == service_versions.MOST else len(several)
    numbered = {str(one.pk): (number - place, one) for place, one in enumerate(several)}
    choose = Two.of(request)
    for name in ("before", "after"):
        field: Any = choose.fields[name]
        field.choices = [
            (key, f"Version {place}, {short_moment(one.changed_at)}") for key, (place, one) in numbered.items()
        ]
    choose.is_valid()
    keys = list(numbered)
    after = choose.cleaned_data.get("after") or (keys[0] if keys else "")
    before = choose.cleaned_data.get("before") or (keys[1] if len(keys) > 1 else after)
    shown = {"numbered": list(numbered.values()), "choose": choose, "chosen": (before, after)}
    if not keys:
        return shown | {"before": None, "after": None, "different": []}
    old, new = numbered[before], numbered[after]
    told = differences(service_versions.said_in(old[1]), service_versions.said_in(new[1]))
    return shown | {"before": old, "after": new, "different": told}

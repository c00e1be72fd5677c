"""A service's pictures: add them with a text description, change their order, remove them."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.directory import commands, listing_queries
from calloff.directory.models import MAX_PICTURES, Picture
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.downloads import as_picture
from calloff.web.forms_ui.field_errors import choice_errors, file_errors, text_errors
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.provider import lookups
from calloff.web.provider.service_parts import may_list_services, redirect_to_service, service_context
from calloff.web.request import OrganisationRequest

PICTURE_DESCRIPTION_FIELD = forms.CharField(
    label="Description of the picture", max_length=200,
    help_text="Screen readers read this to people who cannot see the picture. For example, two workbenches by a "
              "window, with a half-built boat.",
    error_messages=text_errors("Description of the picture", "Enter what the picture shows"),
)  # fmt: skip


class AddPictureForm(PageForm):
    file = forms.FileField(
        label="Picture",
        # with this list, phones convert pictures of other types to JPEG
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
        help_text="PNG or JPEG, up to 10 MB. Show the place, not children.",
        error_messages=file_errors("Picture", "Upload a picture"),
    )
    words = PICTURE_DESCRIPTION_FIELD
    may_publish = forms.BooleanField(
        label="We own this picture, or its owner lets us publish it",
        required=False,
        help_text="The council can show it in the directory and in documents about this service.",
        error_messages={"required": "Confirm that you can publish this picture"},
    )
    not_optional = frozenset({"may_publish"})


class AmendPictureForm(PageForm):
    words = PICTURE_DESCRIPTION_FIELD
    place = forms.TypedChoiceField(
        label="Position on the page", coerce=int, error_messages=choice_errors("Select where to show the picture")
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["place"]
        field.choices = [(place, str(place)) for place in range(1, count + 1)]


@require_safe
@at_organisation(PROVIDER)
def pictures(request: OrganisationRequest, pk: int) -> HttpResponse:
    service = lookups.find_service(request, pk)
    service_pictures = list(listing_queries.pictures_of(service))
    page = {"pictures": service_pictures, "may_list": may_list_services(request), "most": MAX_PICTURES}
    return render(request, "provider/pictures.html", service_context(request, service) | page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def add(request: OrganisationRequest, pk: int) -> HttpResponse:
    service = lookups.find_service(request, pk)
    meaning = [
        "Anyone can see the picture. Do not add a picture that could identify a child, even if the family agrees. "
        "The council can remove a picture.",
        "We will make the picture smaller and remove the details of where and when it was taken. It will appear "
        "when we have checked it for viruses.",
    ]
    back = redirect_to_service(request, service, "service-pictures")
    command_views.require_permission(request, service, "add_picture")
    form = AddPictureForm.of(request)
    if form.attempt(commands.add_picture, service, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Picture added", back)
    return command_views.render_command(
        request, form, heading="Add a picture", caption=service.name, meaning=meaning, button="Add the picture",
        cancel=back,
    )  # fmt: skip


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def amend(request: OrganisationRequest, pk: int) -> HttpResponse:
    picture = _picture(request, pk)
    back = redirect_to_service(request, picture.service, "service-pictures")
    command_views.require_permission(request, picture.service, "amend_picture")
    initial = {"words": picture.words, "place": picture.place}
    form = AmendPictureForm.of(request, count=picture.service.pictures.count(), initial=initial)
    if form.attempt(commands.amend_picture, picture, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Picture changed", back)
    page = {"picture": picture, "form": form, "cancel": back, "heading": "Change a picture", "button": "Save"}
    return render(request, "provider/picture.html", page)


@command_views.command_view
@at_organisation(PROVIDER, Can.LIST_SERVICES)
def remove(request: OrganisationRequest, pk: int) -> HttpResponse:
    picture, form = _picture(request, pk), ConfirmForm.of(request)
    back = redirect_to_service(request, picture.service, "service-pictures")
    command_views.require_permission(request, picture.service, "remove_picture")
    if form.attempt(commands.remove_picture, picture, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Picture removed", back)
    page = {"picture": picture, "form": form, "cancel": back, "heading": "Remove a picture", "stops": True}
    return render(request, "provider/picture.html", page | {"button": "Remove the picture"})


@require_safe
@at_organisation(PROVIDER)
def image(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    """Show a picture to the provider's own people, even before the public can see the service."""
    return as_picture(request, _picture(request, pk).file)


def _picture(request: OrganisationRequest, pk: int) -> Picture:
    seen = Picture.objects.visible_to(request.user, request.now).filter(provider=request.organisation)
    picture: Picture = get_object_or_404(seen.select_related("file", "service"), pk=pk)
    return picture

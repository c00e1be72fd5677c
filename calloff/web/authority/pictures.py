"""Pictures that officers can see and remove, of a service in one of the authority's markets."""

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from calloff.directory import commands
from calloff.directory.models import Picture, PictureFault
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.downloads import as_picture
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest


class TakeDownPictureForm(PageForm):
    fault = forms.ChoiceField(
        label="Why must the picture be removed?",
        choices=PictureFault.choices,
        widget=forms.RadioSelect,
        help_text="The provider can read this.",
        error_messages=choice_errors("Select why the picture must be removed"),
    )


@command_views.command_view
@at_organisation(AUTHORITY, Can.OVERSEE)
def take_down(request: OrganisationRequest, pk: int) -> HttpResponse:
    picture = _picture(request, pk)
    back = path_at_organisation(request, "authority:service", picture.service_id)
    command_views.require_permission(request, picture.service, "take_down_picture")
    form = TakeDownPictureForm.of(request)
    if form.attempt(commands.take_down_picture, picture, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"Picture removed. We have told {picture.provider}.", back)
    return command_views.render_command(
        request,
        form,
        heading="Remove this picture",
        caption=picture.service.name,
        button="Remove picture",
        cancel=back,
        stops=True,
        template="authority/picture.html",
        context={"picture": picture},
        meaning=[
            f"We will remove the picture straight away and email {picture.provider}. They can sign in to read your "
            "reason. They cannot add the same picture again. You cannot undo this.",
            "If the same picture is on their other services, we will remove it there too, unless you select that it "
            "does not show this service.",
        ],
    )


@require_safe
@at_organisation(AUTHORITY, Can.OVERSEE)
def image(request: OrganisationRequest, pk: int) -> HttpResponseBase:
    """Show a picture to officers, even before the public can see the service."""
    return as_picture(request, _picture(request, pk).file)


def _picture(request: OrganisationRequest, pk: int) -> Picture:
    seen = Picture.objects.visible_to(request.user, request.now).filter(authority=request.organisation)
    picture: Picture = get_object_or_404(seen.select_related("file", "service", "provider"), pk=pk)
    return picture

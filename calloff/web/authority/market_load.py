"""The page on which a contracts officer loads a market from its pack, as a draft."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from calloff.directory.commands import LoadedPack, load_pack
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.loader import MARKET_FILE, find_pack_folders, read_pack
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import file_errors
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import AUTHORITY, at_organisation
from calloff.web.request import OrganisationRequest
from calloff.web.zip_uploads import ZipForm, run_on_unpacked_files


class MarketPackForm(ZipForm):
    file = forms.FileField(
        label="Market pack (.zip file)",
        widget=forms.FileInput({"accept": ".zip"}),
        error_messages=file_errors("Market pack", "Upload the market pack as a zip file"),
    )


@command_views.command_view
@at_organisation(AUTHORITY, Can.RUN_MARKETS)
def load_market(request: OrganisationRequest) -> HttpResponse:
    """Show what loading a market pack would change, or load it."""
    form, preview = MarketPackForm.of(request), request.POST.get("do") != "load"
    done = form.attempt(_load, request.organisation, by=request.user, at=request.now, preview=preview)
    if done and not preview:
        words = f"{form.result.market.code} loaded as a draft" if form.result.changed else form.result.lines[0]
        return command_views.redirect_done(request, words, "authority:market", form.result.market.slug)
    page = {
        "form": form,
        "checked": form.result if done else None,
        "cancel": path_at_organisation(request, "authority:markets"),
        "market_file": MARKET_FILE,
    }
    return render(request, "authority/market_load.html", page)


def _load(authority: Any, *, file: Any, by: User, at: datetime, **given: Any) -> LoadedPack:
    def load_folder(root: Path) -> LoadedPack:
        packs = [root] if (root / MARKET_FILE).is_file() else find_pack_folders(root)
        if len(packs) != 1:
            raise Refused(f"Upload a .zip file with exactly one {MARKET_FILE}")
        return load_pack(read_pack(packs[0]), authority, by=by, at=at, **given)

    return run_on_unpacked_files(file, load_folder, by=by, at=at)

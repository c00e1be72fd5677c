"""Change a service's details: straight away, or after approval if the authority checks that detail. ADR 0028."""

from contextlib import nullcontext
from datetime import datetime
from typing import Any, Unpack, cast

from calloff.directory import messages, search_text, service_fields
from calloff.directory.commands.service_fields import (
    ServiceEntry,
    apply_entry,
    complete_entry,
    validate_entry,
    with_clean_number,
)
from calloff.directory.models import Service, ServiceChange, Site
from calloff.directory.states import ServiceChangeStatus
from calloff.history.transitions import create, record_reason, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can


def amend(service: Service, *, by: User, at: datetime, **entry: Unpack[ServiceEntry]) -> Service:
    """Change some of what a service says of itself. Its address stays. Raises Refused as `add` does.

    What the authority checks waits for it as one `Change`; the rest is live at once. Another proposal takes the place
    of the one that waits, and keeps what that one said of the facts that are not named now.
    """
    with transition(service, "amend", by=by, at=at) as amended:
        _put(amended, entry, by=by, at=at)
    return amended


def revert(service: Service, *, version: Any, by: User, at: datetime) -> Service:
    """Let a service say again what it said in one of its own versions (`service_versions.versions_of`): never in
    another's.

    Where else it is given stays as it is: row history knows the service's own site alone. Raises Refused as `amend`
    does, as where that site is closed by now; what the authority checks waits for it again.
    """
    with transition(service, "revert", by=by, at=at) as reverted:
        if version.pgh_obj_id != reverted.pk:
            raise Refused("That version is for another service. Choose a version of this service.")
        said = {name: getattr(version, name) for name in service_fields.ENTRY_FIELDS if name != "site"}
        own = service_fields.fields_as_entry({"site": version.site_id}, reverted)
        _put(reverted, cast(ServiceEntry, said | own), by=by, at=at)
    return reverted


def approve_change(change: ServiceChange, *, by: User, at: datetime) -> ServiceChange:
    """Let a change that waits come true, as it was read: this one, and no later one.

    Raises Refused once it was replaced, answered or withdrawn; where what it would change reads otherwise by now; and
    where it would break a rule today, such as at a site that has closed since.
    """
    with (
        transition(change.service, "approve_change", by=by, at=at) as service,
        transition(change, "approve_change", by=by, at=at) as approved,
    ):
        _require_no_role(approved, by, at)
        if approved.is_new_service:
            _publish(service, approved, at)
            _answered(approved, by=by, at=at)
            queue_message(
                messages.service_approved(approved, on=local_day(at)),
                to=_keepers(approved, at),
                sender=str(approved.authority),
                at=at,
            )
            return approved
        now = service_fields.checked_fields_of(service)
        if any(now[name] != value for name, value in approved.before.items()):
            raise Refused(
                f"{service} has changed since {approved.provider} proposed this. "
                "Refuse it and give a reason. The provider can then propose it again."
            )
        try:
            entry = cast(ServiceEntry, service_fields.fields_as_entry(approved.after, service))
            validate_entry(service.provider, complete_entry(service, entry), there=_sites_of(service))
        except Refused as broken:
            raise Refused(f"This can no longer be approved. {broken} Refuse it and give a reason.") from broken
        search_text.set_sites(service, apply_entry(service, entry))
        service.changed_at = at
        _answered(approved, by=by, at=at)
        queue_message(
            messages.change_approved(approved, on=local_day(at)),
            to=_keepers(approved, at),
            sender=str(approved.authority),
            at=at,
        )
    return approved


def refuse_change(change: ServiceChange, *, reason: str, by: User, at: datetime) -> ServiceChange:
    """Refuse a change, or a new service, which stays unpublished until its provider changes it.

    The provider reads why.
    """
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    new = change.is_new_service
    service = transition(change.service, "refuse_change", by=by, at=at) if new else nullcontext()
    with service, transition(change, "refuse_change", by=by, at=at) as refused:
        _require_no_role(refused, by, at)
        refused.reason = reason.strip()
        _answered(refused, by=by, at=at)
        record_reason(refused)
        words = messages.service_refused(refused) if new else messages.change_refused(refused)
        queue_message(words, to=_keepers(refused, at), sender=str(refused.authority), at=at)
    return refused


def withdraw_change(change: ServiceChange, *, by: User, at: datetime) -> ServiceChange:
    """Take back a change that waits. The service stays as it is. Raises Refused for a service that is new."""
    if change.is_new_service:
        raise Refused(
            f"{change.service} is a new service, so there is no earlier version to go back to. Withdraw the "
            "service instead."
        )
    with transition(change, "withdraw_change", by=by, at=at) as withdrawn:
        pass
    return withdrawn


def _put(service: Service, entry: ServiceEntry, *, by: User, at: datetime) -> None:
    """Put into a locked service what may be live at once, and let the rest wait. Raises Refused."""
    entry = with_clean_number(entry, service)
    validate_entry(service.provider, complete_entry(service, entry), there=_sites_of(service))
    said = cast(dict[str, Any], dict(entry))
    if service.is_unpublished:
        sites = apply_entry(service, entry)
        search_text.set_sites(service, sites)
        submit(service, sites, by=by, at=at)
        service.changed_at = at
        return
    now = service_fields.checked_fields_of(service)
    wanted = service_fields.entry_as_data(said)
    if "site" in wanted and "more_sites" in wanted:
        wanted["more_sites"] = [pk for pk in wanted["more_sites"] if pk != wanted["site"]]
    _propose(service, now, wanted, by=by, at=at)
    said = {name: value for name, value in said.items() if name not in service_fields.CHECKED_FIELDS}
    search_text.set_sites(service, apply_entry(service, cast(ServiceEntry, said)))
    service.changed_at = at


def _sites_of(service: Service) -> set[int]:
    return set(service.at_sites.values_list("site", flat=True))


def submit(service: Service, sites: list[Site], *, by: User, at: datetime) -> None:
    """Send a whole new service for approval, and replace what was waiting before.

    A part of the act that adds or changes it: the service is locked, or new.
    """
    waiting = ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).first()
    after = service_fields.all_fields_of(service, sites)
    if waiting and waiting.after == after:
        return
    if waiting:
        with transition(waiting, "replace", by=by, at=at):
            pass
    change = ServiceChange(
        authority=service.authority, provider=service.provider, service=service, before={}, after=after,
        proposed_by=by, proposed_at=at,
    )  # fmt: skip
    create(change, "propose", by=by, at=at)
    officers = User.objects.who_can(Can.ASSURE, organisation=service.authority, at=at)
    queue_message(messages.service_to_check(change), to=officers, sender=str(service.provider), at=at)


def _publish(service: Service, change: ServiceChange, at: datetime) -> None:
    """Publish a service as the approver read it. Raises Refused where it reads otherwise."""
    there = [one.site for one in service.at_sites.select_related("site")]
    if service_fields.all_fields_of(service, there) != change.after:
        raise Refused(
            f"{service} has changed since {change.provider} sent it for checking. "
            "Refuse it and give a reason. The provider can then send it again."
        )
    service.published_at = service.changed_at = at


def _propose(
    service: Service, now: service_fields.ServiceFields, wanted: service_fields.ServiceFields, *, by: User, at: datetime
) -> None:
    """Let the facts that would change wait, in place of what waited before."""
    waiting = ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).first()
    kept = waiting.after if waiting else {}
    after = {name: value for name, value in (kept | wanted).items() if value != now[name]}
    if after == kept:
        return
    if waiting:
        with transition(waiting, "replace" if after else "withdraw_change", by=by, at=at):
            pass
    if after:
        change = ServiceChange(
            authority=service.authority, provider=service.provider, service=service,
            before={name: now[name] for name in after}, after=after, proposed_by=by, proposed_at=at,
        )  # fmt: skip
        create(change, "propose", by=by, at=at)
        officers = User.objects.who_can(Can.ASSURE, organisation=service.authority, at=at)
        queue_message(messages.change_proposed(change), to=officers, sender=str(service.provider), at=at)


def _require_no_role(change: ServiceChange, by: User, at: datetime) -> None:
    if by.roles_at(change.provider, at):
        raise Refused(f"You have a role at {change.provider}, so someone else must answer this.")


def _answered(change: ServiceChange, *, by: User, at: datetime) -> None:
    change.answered_by, change.answered_at = by, at


def _keepers(change: ServiceChange, at: datetime) -> Any:
    return User.objects.who_can(Can.LIST_SERVICES, organisation=change.provider, at=at)

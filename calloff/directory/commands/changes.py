"""Change a service's details.

Details that the authority checks change after approval. Other details change immediately (ADR 0028).
"""

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

__all__ = ["amend", "approve_change", "refuse_change", "revert", "withdraw_change"]


def amend(service: Service, *, by: User, at: datetime, **entry: Unpack[ServiceEntry]) -> Service:
    """Change some of a service's details. The URL of the service's page does not change.

    A change to details that the authority checks becomes a `ServiceChange`, which needs approval. Other details change
    immediately. A new proposal replaces one that has not been decided yet, and keeps the earlier proposal's values for
    details that are not given now. Raises Refused in the same cases as `add`.
    """
    with transition(service, "amend", by=by, at=at) as amended:
        _apply_details(amended, entry, by=by, at=at)
    return amended


def revert(service: Service, *, version: Any, by: User, at: datetime) -> Service:
    """Restore the details from an earlier version of a service (`service_versions.versions_of`).

    The service's other sites do not change, because the row history contains only its main site. Details that the
    authority checks need approval again. Raises Refused in the same cases as `amend` (for example if the main site has
    closed), and if the version belongs to another service.
    """
    with transition(service, "revert", by=by, at=at) as reverted:
        if version.pgh_obj_id != reverted.pk:
            raise Refused("That version is for another service. Choose a version of this service.")
        version_entry = {name: getattr(version, name) for name in service_fields.ENTRY_FIELDS if name != "site"}
        site_entry = service_fields.fields_as_entry({"site": version.site_id}, reverted)
        _apply_details(reverted, cast(ServiceEntry, version_entry | site_entry), by=by, at=at)
    return reverted


def approve_change(change: ServiceChange, *, by: User, at: datetime) -> ServiceChange:
    """Approve a proposed change, exactly as the officer saw it.

    Raises Refused if the change was replaced, decided or withdrawn, if the service has changed since the proposal, if
    the change would break a rule today (for example because a site has closed), or if the officer has a role at the
    provider.
    """
    with (
        transition(change.service, "approve_change", by=by, at=at) as service,
        transition(change, "approve_change", by=by, at=at) as approved,
    ):
        _require_no_role(approved, by, at)
        if approved.is_new_service:
            _publish(service, approved, at)
            _record_answer(approved, by=by, at=at)
            queue_message(
                messages.service_approved(approved, on=local_day(at)),
                to=service_editors(approved, at),
                sender=str(approved.authority),
                at=at,
            )
            return approved
        current = service_fields.checked_fields_of(service)
        if any(current[name] != value for name, value in approved.before.items()):
            raise Refused(
                f"{service} has changed since {approved.provider} proposed this. "
                "Refuse it and give a reason. The provider can then propose it again."
            )
        try:
            entry = cast(ServiceEntry, service_fields.fields_as_entry(approved.after, service))
            validate_entry(service.provider, complete_entry(service, entry), there=_sites_of(service))
        except Refused as refusal:
            raise Refused(f"This change can no longer be approved. {refusal} Refuse it and give a reason.") from refusal
        search_text.set_sites(service, apply_entry(service, entry))
        service.changed_at = at
        _record_answer(approved, by=by, at=at)
        queue_message(
            messages.change_approved(approved, on=local_day(at)),
            to=service_editors(approved, at),
            sender=str(approved.authority),
            at=at,
        )
    return approved


def refuse_change(change: ServiceChange, *, reason: str, by: User, at: datetime) -> ServiceChange:
    """Refuse a change, or a new service, which then stays unpublished until its provider changes it.

    The provider can read the reason. Raises Refused if no reason is given or the officer has a role at the provider.
    """
    if not reason.strip():
        raise Refused("Enter a reason. The provider will read it.", "reason")
    is_new = change.is_new_service
    service = transition(change.service, "refuse_change", by=by, at=at) if is_new else nullcontext()
    with service, transition(change, "refuse_change", by=by, at=at) as refused:
        _require_no_role(refused, by, at)
        refused.reason = reason.strip()
        _record_answer(refused, by=by, at=at)
        record_reason(refused)
        message = messages.service_refused(refused) if is_new else messages.change_refused(refused)
        queue_message(message, to=service_editors(refused, at), sender=str(refused.authority), at=at)
    return refused


def withdraw_change(change: ServiceChange, *, by: User, at: datetime) -> ServiceChange:
    """Withdraw a change that has not been decided yet. The service itself does not change.

    Raises Refused for a new service.
    """
    if change.is_new_service:
        raise Refused(
            f"{change.service} is a new service, so there is no earlier version to go back to. Withdraw the "
            "service instead."
        )
    with transition(change, "withdraw_change", by=by, at=at) as withdrawn:
        pass
    return withdrawn


def _apply_details(service: Service, entry: ServiceEntry, *, by: User, at: datetime) -> None:
    """Apply new details to a locked service.

    Details that the authority checks become a proposed change, which needs approval. Other details change immediately.
    Raises Refused in the same cases as `add`.
    """
    entry = with_clean_number(entry, service)
    validate_entry(service.provider, complete_entry(service, entry), there=_sites_of(service))
    entry_values = cast(dict[str, Any], dict(entry))
    if service.is_unpublished:
        sites = apply_entry(service, entry)
        search_text.set_sites(service, sites)
        submit(service, sites, by=by, at=at)
        service.changed_at = at
        return
    current = service_fields.checked_fields_of(service)
    proposed = service_fields.entry_as_data(entry_values)
    if "site" in proposed and "more_sites" in proposed:
        proposed["more_sites"] = [pk for pk in proposed["more_sites"] if pk != proposed["site"]]
    _propose(service, current, proposed, by=by, at=at)
    entry_values = {name: value for name, value in entry_values.items() if name not in service_fields.CHECKED_FIELDS}
    search_text.set_sites(service, apply_entry(service, cast(ServiceEntry, entry_values)))
    service.changed_at = at


def _sites_of(service: Service) -> set[int]:
    return set(service.at_sites.values_list("site", flat=True))


def submit(service: Service, sites: list[Site], *, by: User, at: datetime) -> None:
    """Send a whole new service for approval, replacing any earlier version that has not been decided yet.

    Commands that add or change a service call this. The service must be new or locked.
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
    """Publish a service exactly as the person who approved it saw it.

    Raises Refused if the service's details have changed since then.
    """
    sites = [at_site.site for at_site in service.at_sites.select_related("site")]
    if service_fields.all_fields_of(service, sites) != change.after:
        raise Refused(
            f"{service} has changed since {change.provider} sent it for checking. "
            "Refuse it and give a reason. The provider can then send it again."
        )
    service.published_at = service.changed_at = at


def _propose(
    service: Service,
    current: service_fields.ServiceFields,
    proposed: service_fields.ServiceFields,
    *,
    by: User,
    at: datetime,
) -> None:
    """Create a change for the checked details that differ, which needs approval.

    The new change replaces any earlier one.
    """
    waiting = ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).first()
    waiting_values = waiting.after if waiting else {}
    after = {name: value for name, value in (waiting_values | proposed).items() if value != current[name]}
    if after == waiting_values:
        return
    if waiting:
        with transition(waiting, "replace" if after else "withdraw_change", by=by, at=at):
            pass
    if after:
        change = ServiceChange(
            authority=service.authority, provider=service.provider, service=service,
            before={name: current[name] for name in after}, after=after, proposed_by=by, proposed_at=at,
        )  # fmt: skip
        create(change, "propose", by=by, at=at)
        officers = User.objects.who_can(Can.ASSURE, organisation=service.authority, at=at)
        queue_message(messages.change_proposed(change), to=officers, sender=str(service.provider), at=at)


def _require_no_role(change: ServiceChange, by: User, at: datetime) -> None:
    if by.roles_at(change.provider, at):
        raise Refused(f"You have a role at {change.provider}, so someone else must answer this.")


def _record_answer(change: ServiceChange, *, by: User, at: datetime) -> None:
    change.answered_by, change.answered_at = by, at


def service_editors(record: Service | ServiceChange, at: datetime) -> Any:
    """Return the people of the provider who can change its services."""
    return User.objects.who_can(Can.LIST_SERVICES, organisation=record.provider, at=at)

"""The History page of any record: who, what, when, from, to and why, for somebody who sees the records.

    return histories.page(request, one, context={…}, frame="authority/agreement_frame.html")

A verb that is new needs its words in HAPPENED, and in history_words.OF_RECORD where records share it; a reason, its
row in `reasons.KINDS`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render

from calloff.history.models import Event
from calloff.history.queries import life_of
from calloff.kernel.words import listed, short_day
from calloff.people.models import Grant
from calloff.web.history_words import OF_RECORD
from calloff.web.http import AtOrganisation
from calloff.web.reasons import reasons_for

OFTEN = ("mark", "save_section", "take_register", "confirm_codes")
HAPPENED = {  # the verbs of the tables, as a person would tell them
    "start": "Begun",
    "choose_lots": "Categories chosen",
    "save_section": "Answers saved",
    "submit": "Submitted",
    "amend": "A change begun",
    "discard": "The change dropped",
    "withdraw": "Withdrawn",
    "assign": "Evaluator allocated",
    "declare_interest": "Interests declared",
    "stand_down": "Stood down because of an interest",
    "take_back": "Part taken back from an evaluator",
    "mark": "Marked",
    "clarify": "Clarification asked",
    "answer_clarification": "Clarification answered",
    "finish_marking": "Marks handed in",
    "moderate": "Marks agreed",
    "return_for_marking": "Sent back to the evaluators",
    "give_more_time": "More time given",
    "decide": "Decided",
    "carry_over": "Brought in from the authority’s list",
    "record_on_paper": "Agreement on paper recorded",
    "suspend": "Suspended",
    "reinstate": "Reinstated",
    "review_suspension": "Suspension reviewed",
    "record_check": "Check recorded",
    "meet_condition": "Condition met",
    "fulfil_promise": "Promised document uploaded",
    "answer_condition": "Condition answered",
    "propose_removal": "Removal proposed",
    "answer_removal": "Removal answered",
    "drop_removal": "Removal dropped",
    "remove": "Removed",
    "offer": "Offered for signature",
    "sign": "Signed for the side that signs first",
    "countersign": "Countersigned: in force",
    "bind": "Countersigned: in force",
    "take_up": "Started signing",
    "drop": "Put away unsigned",
    "dissolve": "Ended by the authority",
    "bring_in": "Agreement on paper recorded",
    "end_role": "A role in this market ended",
    "require_anew": "To be signed anew",
    "supersede": "Superseded",
    "renew": "Renewed",
    "add": "Added",
    "amend_site": "Changed",
    "add_site": "Added",
    "submit_service": "Sent to the council to be checked",
    "close_site": "Closed",
    "set_places": "Free places said",
    "revert": "An earlier version said again",
    "propose": "A change proposed",
    "replace": "Replaced by another change",
    "approve_change": "The change approved",
    "refuse_change": "Change refused",
    "ask_uplift": "A rise of prices asked for",
    "approve_uplift": "Prices raised",
    "refuse_uplift": "The rise refused",
    "withdraw_uplift": "The request taken back",
    "add_picture": "Picture added",
    "amend_picture": "A picture changed",
    "remove_picture": "A picture removed",
    "set_price": "A price set",
    "end_price": "A price ended",
    "admit": "Admitted",
    "admit_with_conditions": "Admitted with conditions",
    "refuse": "Not admitted",
    "release": "Membership ended",
    "begin": "Begun",
    "ask": "Providers asked",
    "ask_more": "Others asked too, or longer given to reply",
    "nudge": "Reminded who had not answered",
    "invite": "Asked for a place",
    "reply": "Interested",
    "decline": "Declined",
    "ask_again": "Asked again",
    "thank": "Another provider was chosen",
    "withdraw_offer": "The provider withdrew from the offer",
    "confirm": "The place confirmed",
    "reopen": "The place fell through: open again",
    "meet": "The provider met the child",
    "ask_question": "Question asked",
    "answer_question": "Question answered",
    "lapse": "Lapsed: the placement was over first",
    "plan_follow_up": "Check after the end planned",
    "cancel_review": "Review not needed any more",
    "go_on": "Goes on as agreed",
    "enter_school": "Entered from the register of schools",
    "found_team": "Team made",
    "set_la_code": "Code in the register of schools set",
    "invite_person": "Person invited",
    "propose_person": "Invitation proposed",
    "invite_first_person": "First person invited",
    "propose_first_person": "Invitation of a first person proposed",
    "confirm_invitation": "Invitation confirmed by a second person",
    "resend_invitation": "Invitation sent again",
    "accept_invitation": "Invitation accepted",
    "decline_invitation": "Invitation declined",
    "withdraw_invitation": "Invitation withdrawn",
    "withdraw_batch": "Invitations withdrawn together",
    "confirm_batch": "Invitations confirmed together by a second person",
    "accept_role": "Role accepted",
    "step_down": "Own role ended",
    "claim_as_invited": "First person accepted an invitation",
    "note_views": "Views noted",
    "keep_contacts": "Contacts changed",
    "add_contact": "Contact added",
    "add_school_name": "Name of the school added",
    "remove_school_name": "Name of the school removed",
    "change_contact": "Contact changed",
    "remove_contact": "Contact removed",
    "keep_protection": "What protects the child changed",
    "leave": "Left",
    "come_back": "Came back",
    "hold": "Kept beyond its time",
    "lift_hold": "No longer kept beyond its time",
    "load": "Loaded from a pack",
    "reload": "Loaded again",
    "open": "Opened",
    "extend": "Extended",
    "modify": "Modified",
    "end": "Ended",
    "set_budget": "Budget set",
    "amend_budget": "Budget changed",
    "allow_more": "More allowed",
    "close_budget": "Closed",
    "order": "Ordered",
    "accept": "Accepted",
    "decline_order": "Declined",
    "withdraw_order": "Withdrawn",
    "record_delivery": "Delivery recorded",
    "tell": "Told",
    "remind": "Reminded",
    "acknowledge": "Acknowledged",
    "appoint": "Role given",
    "make_key": "Key made",
    "revoke_key": "Key revoked",
    "link": "Role given to who asked to join",
    "reapprove": "Role approved again",
    "register": "Registered",
    "prolong": "Prolonged with its market",
    "dispose_drafts": "Abandoned drafts disposed of",
    "found": "Founded",
    "amend_details": "Details changed",
    "set_sign_in": "Sign-in rules changed",
    "ask_reset": "Reset of a second step requested",
    "confirm_reset": "Reset of a second step confirmed",
    "cancel_reset": "Reset of a second step cancelled",
    "stop_reset": "Reset of a second step stopped by the person",
    "use_reset": "Second step reset",
    "ask_email_change": "Change of email address requested",
    "replace_email_change": "Change of email address replaced by another",
    "make_email_change": "Email address changed",
    "stop_email_change": "Change of email address stopped from the old address",
    "undo_email_change": "Change of email address undone from the old address",
    "close_account": "Account closed",
    "close_account_for": "Account closed by the people who run Calloff",
    "ask_to_join": "Asked to join",
    "approve_join": "Let in",
    "decline_join": "Not let in",
    "withdraw_join": "Request to join withdrawn",
    "record": "Put on the authority’s list",
    "claim": "Claimed by the provider’s staff",
    "record_visit": "Visit recorded",
    "confirm_staff_checks": "Staff checks confirmed in writing",
    "decide_safeguarding": "Safeguarding lead decided",
    "keep_risk_plan": "Risk plan kept",
    "tell_parent": "Parent told",
    "tell_authority": "Authority told",
    "give_direction": "Written notice of the direction recorded",
    "draw_up": "Agreement drawn up",
    "redraw": "Agreement taken back, to be drawn up anew",
    "agree": "Signed by both sides: agreed",
    "fall_through": "It does not go ahead",
    "withdraw_place": "The provider withdrew before the start",
    "take_register": "Register taken",
    "confirm_codes": "Attendance codes confirmed",
    "propose_change": "A change proposed",
    "agree_change": "A change agreed by both sides",
    "decline_change": "A change declined",
    "withdraw_change": "A change withdrawn",
    "plan_review": "A review planned",
    "hold_review": "Review written up",
    "give_notice": "Notice given by the buyer",
    "provider_notice": "Notice given by the provider",
    "end_early": "Ended early",
    "transfer": "Ended: the child goes to another provider",
    "report_exit": "Exit report sent",
    "follow_up": "Checked after the end",
    "close_sessions": "Unmarked sessions closed",
    "record_interim": "Interim place recorded",
    "update_interim": "Next step for an interim place recorded",
    "end_interim": "Place no longer interim",
    "record_note": "Daily note recorded by the school or team",
    "provider_record_note": "Daily note recorded by the provider",
    "answer_note": "Daily note answered",
    "correct_note": "Daily note corrected by the school or team",
    "provider_correct_note": "Daily note corrected by the provider",
    "close": "Closed",
    "shortlist": "Put on the shortlist",
    "amend_note": "Note changed",
    "take_off": "Taken off the shortlist",
    "save_search": "Search saved",
    "stop_emails": "Emails stopped",
    "start_emails": "Emails sent again",
    "delete_search": "Search deleted",
    "invite_provider": "Invited to apply",
    "set_aside": "Set aside",
}


@dataclass
class Happened:
    """What is told of one act: who, when, and what changed, in words."""

    by: Any
    acting_for: str
    at: datetime
    changes: dict[str, list[str]]
    told: str = ""  # who was sent a message, where that is for the reader


@dataclass
class Told:
    """One act of a record's story, or several alike that follow each other, as the part `history` draws it."""

    pk: int
    verb: str
    event: Happened
    times: int = 1
    subjects: list[Any] = field(default_factory=list)


def page(
    request: AtOrganisation,
    *records: Model,
    context: Mapping[str, Any],
    frame: str = "layouts/framed.html",
    words: Mapping[str, str] | None = None,
    names: Callable[[Happened], str] | None = None,
) -> HttpResponse:
    """Draw the History page of some records: the part `history` in the frame that all pages of the record share.

    The frame is told `here` = "history" and the context. Without a frame of its own, the context gives `breadcrumbs`,
    `parts`, `caption` and `heading`. `words` are of verbs that mean something else for these records, by the verb of
    their own move; `names` says who did an act, where not everybody's name is for the reader.
    """
    told = story(request, *records)
    if words is not None:
        told["words"] = lambda act: words.get(act.subjects[0].verb) or in_words(act)
    if names is not None:  # the page hides who did an act, so it hides who was told of it, too
        told["names"] = names
        for act in told["steps"]:
            act.event.told = ""
    return render(request, "layouts/history.html", {**context, **told, "frame": frame})


def story(request: AtOrganisation, *records: Model) -> dict[str, Any]:
    """Return what the part `history` draws of the life of some records, for a person who sees the records.

    One act that moved several of them is told once. Colleagues are named; of another organisation only its name.
    """
    subjects = list(life_of(*records))
    acts: dict[int, Told] = {}
    for subject in subjects:
        event = subject.event
        happened = Happened(event.by, event.acting_for, event.at, _spoken(event.changes))
        acts.setdefault(event.pk, Told(subject.pk, event.verb, happened)).subjects.append(subject)
    ours = str(request.organisation)

    def names(event: Happened) -> str:
        if event.acting_for and event.acting_for != ours:
            return event.acting_for
        return f"{event.by.name}, {ours}" if event.acting_for else str(event.by.name)

    recipients = _recipients([subject.event for subject in subjects], ours)
    for act in acts.values():
        act.event.told = recipients.get(act.subjects[0].event_id, "")
    reasons = reasons_for(subjects, request.user, request.now)
    told = {act.pk: why for act in acts.values() for one in act.subjects if (why := reasons.get(one.pk))}
    return {"steps": _gathered(list(acts.values())), "names": names, "words": in_words, "reasons": told}


def in_words(act: Told) -> str:
    """Say what happened to the record: by its kind and its own verb, or by the verb of the act that moved it.

    Of the page's records, the one that the act is named after speaks first.
    """
    moved = next((one for one in act.subjects if one.verb == act.verb), act.subjects[0] if act.subjects else None)
    known = OF_RECORD.get((moved.record_type, moved.verb)) if moved else None
    words = known or HAPPENED.get(act.verb, act.verb.replace("_", " ").capitalize())
    return f"{words}, {act.times} times" if act.times > 1 else words


def _recipients(events: list[Event], ours: str) -> dict[int, str]:
    """Say who was sent a message in each act: organisations with the roles of the people there, and no names.

    Who acted reads of everybody they told. Everybody else reads whether their own organisation was told: a provider is
    not to learn from a message to others who they are.
    """
    people = {person for event in events for person in event.told}
    if not people:
        return {}
    grants = list(Grant.objects.filter(person__in=people).select_related("organisation").order_by("pk"))
    found: dict[int, str] = {}
    for event in events:
        roles: dict[str, list[str]] = {}
        for grant in grants:
            theirs = grant.person_id in event.told and grant.starts_at <= event.at
            if theirs and (grant.ends_at is None or grant.ends_at > event.at):
                named = roles.setdefault(str(grant.organisation), [])
                if (role := str(grant.get_role_display())) not in named:
                    named.append(role)
        all_of_them = event.acting_for == ours
        shown = [f"{name} ({listed(several)})" for name, several in roles.items() if all_of_them or name == ours]
        if shown:
            found[event.pk] = listed(shown)
    return found


def _gathered(acts: list[Told]) -> list[Told]:
    """Tell what somebody did many times in a row once: thirty marks are one line."""
    gathered: list[Told] = []
    for act in acts:
        last = gathered[-1] if gathered else None
        if last and act.verb in OFTEN and (last.verb, last.event.by.pk) == (act.verb, act.event.by.pk):
            last.times += 1
            for name, (_, new) in act.event.changes.items():
                there = last.event.changes.get(name)
                last.event.changes[name] = ["", f"{new}, {there[1]}" if there and there[1] != new else new]
        else:
            gathered.append(act)
    return gathered


def _spoken(changes: dict[str, list[Any]]) -> dict[str, list[str]]:
    return {name: [_said(old), _said(new)] for name, (old, new) in changes.items()}


def _said(value: Any) -> str:
    """Say a value that an event holds: a day as tables do, a key with its words apart."""
    text = "" if value is None else str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return short_day(date.fromisoformat(text))
    return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)*", text) else text

"""Offering, signing and countersigning. A code sent by email proves who signs; two sides, two verbs."""

import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import transaction

from calloff.agreements import messages, sealed_copy
from calloff.agreements.models import Agreement, AgreementText, Signature, SigningCode
from calloff.agreements.states import AgreementStatus
from calloff.documents.models import StoredFile
from calloff.history.transitions import create, record_change, record_reason, require_transition, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.kernel.short_text import find_line_problem
from calloff.outbox.commands import queue_message, queue_message_to_address
from calloff.people.models import Organisation, User, UserQuerySet
from calloff.people.permissions import Can
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

SIGNING_CODE_LIFETIME = timedelta(minutes=15)
MAX_SIGNING_CODE_ATTEMPTS = 5
MAX_SIGNATORY_LENGTHS = {"name": 100, "role": 100, "authority": 300}  # characters
SIGNATORY_FIELD_NAMES = {"name": "Your full name", "role": "Your role", "authority": "Authority to sign"}


def keep_text(*, key: str, version: int, title: str, source: str, body: str) -> AgreementText:
    """Keep one version of a text. The same version with other words is refused: its number must go up."""
    text, _ = AgreementText.objects.get_or_create(
        key=key, version=version, defaults={"title": title, "source": source, "body": body}
    )
    if (text.title, text.source, text.body) != (title, source, body):
        raise Refused(
            f"Version {version} of “{key}” already exists with different text. Give the new text another "
            "version number."
        )
    return text


def offer(
    *, reference: str, authority: Organisation, provider: Organisation, title: str, text: AgreementText,
    lots: list[dict[str, Any]], prices: list[dict[str, Any]], starts_on: date, ends_on: date | None,
    by: User, at: datetime, scope: Any = None,
) -> Agreement:  # fmt: skip
    """Put an agreement before the provider's signatory. Its text, lots and price annex never change from now on.

    `scope` is the market, of which a person may hold a role without one at the whole authority.
    """
    agreement = Agreement(
        reference=reference, authority=authority, provider=provider, title=title, text=text,
        lots=lots, prices=prices, starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    agreement.scope = scope
    return create(agreement, "offer", by=by, at=at)


def take_up(
    *, reference: str, authority: Organisation, buyer: Organisation, title: str, text: AgreementText,
    starts_on: date, ends_on: date | None, by: User, at: datetime, particulars: list[dict[str, Any]] | None = None,
) -> Agreement:  # fmt: skip
    """Put the Partnership Agreement before the buyer's signatory: who may sign it takes it up.

    Its particulars name the legal entity that signs, and the schools for which it does.
    """
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PARTNERSHIP, authority=authority, buyer=buyer, title=title, text=text,
        particulars=particulars or [], starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    return create(agreement, "take_up", by=by, at=at)


def bring_in(
    *, reference: str, authority: Organisation, buyer: Organisation, title: str, source: str,
    starts_on: date, ends_on: date | None, paper: StoredFile | None, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Record a Partnership Agreement that was signed on paper, with its copy where there is one."""
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PARTNERSHIP, authority=authority, buyer=buyer, title=title,
        starts_on=starts_on, ends_on=ends_on, on_paper=True, source=source, paper=paper, offered_at=at,
    )  # fmt: skip
    return create(agreement, "bring_in", by=by, at=at)


def draw_up(
    *, reference: str, authority: Organisation, provider: Organisation, buyer: Organisation, title: str,
    text: AgreementText, lots: list[dict[str, Any]], prices: list[dict[str, Any]],
    particulars: list[dict[str, Any]], starts_on: date, ends_on: date | None, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Put an individual placement agreement before the provider's signatory; the buyer countersigns.

    Its particulars, prices and text never change from now on: what is changed later is a change beside it.
    """
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PLACEMENT, authority=authority, provider=provider, buyer=buyer,
        title=title, text=text, lots=lots, prices=prices, particulars=particulars,
        starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    return create(agreement, "draw_up", by=by, at=at)


def record_on_paper(
    *, reference: str, authority: Organisation, provider: Organisation, title: str,
    lots: list[dict[str, Any]], source: str, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Record an agreement that was signed on paper before the authority used Calloff, and where that is written."""
    agreement = Agreement(
        reference=reference, authority=authority, provider=provider, title=title, lots=lots,
        on_paper=True, source=source, offered_at=at,
    )  # fmt: skip
    return create(agreement, "record_on_paper", by=by, at=at)


@transaction.atomic
def send_code(agreement: Agreement, *, by: User, at: datetime) -> None:
    """Send a fresh code to the person who is about to sign; an earlier one stops working.

    Only whoever may take the next step gets one: the first side's signatory, then the second's. At most five an hour.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if not agreement.is_unsigned:
        raise Refused(f"This agreement is not waiting for a signature. It is {agreement.get_status_display().lower()}.")
    _require_turn(agreement, _next_verb(agreement), by, at)
    sent = SigningCode.objects.filter(agreement=agreement, person=by)
    if not count_attempt(LimitName.SIGNING_CODE, f"{by.pk} {agreement.pk}", at=at).allowed:
        raise Refused("You have requested 5 codes in the last hour. Wait a while, then request another code.", "code")
    sent.filter(used_at=None).update(used_at=at)
    digits = f"{secrets.randbelow(1_000_000):06}"
    SigningCode.objects.create(agreement=agreement, person=by, digest=_digest(agreement, by, digits), sent_at=at)
    words = messages.code(agreement, digits)
    queue_message_to_address(words, address=by.email, sender=str(agreement.authority), at=at, secret=True)


def sign(
    agreement: Agreement, *, by: User, at: datetime, name: str, role: str, authority: str, code: str,
    proof: SigningCode | None = None,
) -> Agreement:  # fmt: skip
    """Sign for the first side. Raises Refused for a wrong, used or late code, and where a part is missing.

    Within a transaction give the `proof` of `verify_signatory`, taken before it started.
    """
    _require_turn(Agreement.objects.get(pk=agreement.pk), "sign", by, at)
    _demand(name=name, role=role, authority=authority)
    spent = proof or _check_code(agreement, by, code, at)
    with transition(agreement, "sign", by=by, at=at) as signed:
        _spend(spent, at)
        _put_signature(signed, side_of(signed, signed.first), by=by, at=at, name=name, role=role, authority=authority)
        officers = User.objects.who_can(Can.COUNTERSIGN, organisation=signed.second, at=at)
        queue_message(messages.to_countersign(signed), to=officers, sender=str(signed.authority), at=at)
    return signed


class SignatoryEntry(TypedDict):
    """What a signatory gives: name, role and by what authority, in their own words, and the code that was emailed."""

    name: str
    role: str
    authority: str
    code: str


def countersign(agreement: Agreement, *, by: User, at: datetime, **given: Unpack[SignatoryEntry]) -> Agreement:
    """Sign a provider agreement for the authority: from now on it is in force, and its sealed copy is kept.

    No one signs for both sides, whatever roles they hold. Raises Refused, and LookupError for another kind of
    agreement: those are countersigned by `partners.countersign` and `placements.agree`.
    """
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise LookupError("Another act countersigns an agreement of this kind.")
    return _countersign(agreement, "countersign", by=by, at=at, **given)


def verify_signatory(
    agreement: Agreement, *, by: User, at: datetime, verb: str = "bind", **given: Unpack[SignatoryEntry]
) -> SigningCode:
    """Check that a person may sign, and check their code, before the transaction that signs (`bind` or `sign`).

    A wrong try is counted in a transaction of its own, so that it stays counted when the act is refused: so this is
    called before that of the act starts. Raises Refused. The proof is spent by the verb.
    """
    _require_turn(Agreement.objects.get(pk=agreement.pk), verb, by, at)
    _demand(name=given["name"], role=given["role"], authority=given["authority"])
    return _check_code(agreement, by, given["code"], at)


def bind(
    agreement: Agreement, *, by: User, at: datetime, proof: SigningCode | None = None, **given: Unpack[SignatoryEntry]
) -> Agreement:
    """Put the second side's signature under a Partnership Agreement or a placement agreement, as part of an act.

    Within a transaction give the `proof` of `verify_signatory`, taken before it started.
    """
    return _countersign(agreement, "bind", by=by, at=at, proof=proof, **given)


def prolong(agreement: Agreement, *, ends_on: date, by: User, at: datetime) -> Agreement:
    """Let an agreement that lasts as long as its market last longer, because the market does.

    Its text says that it ends with the market, as extended: nothing else of it changes. Old and new day are kept.
    """
    with transition(agreement, "prolong", by=by, at=at) as longer:
        if longer.ends_on is None or ends_on <= longer.ends_on:
            raise Refused("The new end date must be later than the current end date.")
        record_change(f"{longer.reference} ends", longer.ends_on, ends_on)
        longer.ends_on = ends_on
    return longer


def supersede(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Let a later agreement take the place of one in force."""
    with transition(agreement, "supersede", by=by, at=at) as old:
        pass
    return old


def require_anew(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """Say that a Partnership Agreement in force must be signed again: it is superseded before there is another."""
    with transition(agreement, "require_anew", by=by, at=at) as old:
        if by.roles_at(old.first, at):
            raise Refused(f"You have a role at {old.first}, so someone else must do this.")
        _give_reason(old, reason)
    return old


def end(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """End an agreement, signed or not, from today on. Memberships under it are no longer listed; the provider is
    notified.

    No one ends one who has a role at the other side: they would act for both. Raises Refused, and LookupError for
    another kind of agreement: `partners.dissolve` ends a buyer's, and the placement's end a placement's.
    """
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise LookupError("Another act ends an agreement of this kind.")
    with transition(agreement, "end", by=by, at=at) as ended:
        _end_today(ended, reason, by=by, at=at)
        queue_message(messages.ended(ended), to=_told(ended, at), sender=str(ended.authority), at=at)
    return ended


def drop(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Let a buyer's signatory put away a Partnership Agreement that they took up and no one has signed."""
    with transition(agreement, "drop", by=by, at=at) as dropped:
        pass
    return dropped


def dissolve(agreement: Agreement, *, reason: str, by: User, at: datetime) -> Agreement:
    """End a Partnership Agreement for the authority, signed or not. One in force ends today."""
    with transition(agreement, "dissolve", by=by, at=at) as over:
        _end_today(over, reason, by=by, at=at)
    return over


def close(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """End a placement agreement with its placement, signed or not. What was signed is kept."""
    with transition(agreement, "close", by=by, at=at) as closed:
        pass
    return closed


def withdraw_place(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """End a placement agreement that both have not signed, because the provider steps back: a part of that act."""
    with transition(agreement, "withdraw_place", by=by, at=at) as over:
        return over


def side_of(agreement: Agreement, party: Organisation) -> str:
    """Name the side on which an organisation signs."""
    if party.pk == agreement.authority_id:
        return Signature.Side.AUTHORITY
    return Signature.Side.PROVIDER if party.pk == agreement.provider_id else Signature.Side.BUYER


def _end_today(agreement: Agreement, reason: str, *, by: User, at: datetime) -> None:
    if by.roles_at(agreement.first, at):
        raise Refused(f"You have a role at {agreement.first}, so someone else must end its agreement.")
    _give_reason(agreement, reason)
    today = local_day(at)
    last = min(today, agreement.ends_on or today)  # one that has run out is not made longer
    last = max(last, agreement.starts_on or last)
    record_change("ends on", agreement.ends_on, last)
    agreement.ends_on = last


def _give_reason(agreement: Agreement, reason: str) -> None:
    if not reason.strip():
        raise Refused(f"Enter a reason. {agreement.first} will read it.", "reason")
    agreement.ended_because = reason.strip()
    record_reason(agreement)


def _countersign(
    agreement: Agreement,
    verb: str,
    *,
    by: User,
    at: datetime,
    proof: SigningCode | None = None,
    **given: Unpack[SignatoryEntry],
) -> Agreement:
    _require_turn(Agreement.objects.get(pk=agreement.pk), verb, by, at)
    name, role, authority = given["name"], given["role"], given["authority"]
    _demand(name=name, role=role, authority=authority)
    if proof is not None and (proof.agreement_id, proof.person_id) != (agreement.pk, by.pk):
        raise LookupError("This proof is of another agreement or another person.")
    spent = proof or _check_code(agreement, by, given["code"], at)
    with transition(agreement, verb, by=by, at=at) as signed:
        if signed.signatures.filter(person=by).exists():
            raise Refused(f"You signed for {signed.first}, so someone else must countersign for {signed.second}.")
        _spend(spent, at)
        _put_signature(signed, side_of(signed, signed.second), by=by, at=at, name=name, role=role, authority=authority)
        record_change("in force from", None, local_day(at))
        signed.paper = sealed_copy.make_sealed_copy(signed, at=at)
        queue_message(messages.in_force(signed), to=_told(signed, at), sender=str(signed.authority), at=at)
    return signed


def _told(agreement: Agreement, at: datetime) -> UserQuerySet:
    """Find who is told at the first side: the signatories of a buyer, and all who see a provider's standing."""
    can = Can.SIGN if agreement.first.is_buyer else Can.SEE_APPLICATIONS
    return User.objects.who_can(can, organisation=agreement.first, at=at)


def _put_signature(
    agreement: Agreement, side: str, *, by: User, at: datetime, name: str, role: str, authority: str
) -> None:
    assert agreement.text is not None  # noqa: S101 (only one on paper has none, and that is born in force)
    Signature.objects.create(
        agreement=agreement, side=side, person=by,
        name=collapse_spaces(name), role=role.strip(), authority=authority.strip(),
        text_sha256=agreement.text.sha256, signed_at=at,
    )  # fmt: skip


def _require_turn(agreement: Agreement, verb: str, by: User, at: datetime) -> None:
    """Refuse, before a code is sent or an attempt counted, anyone who may not sign now; no one signs for both sides."""
    require_transition(agreement, agreement.LIFECYCLE.find(verb, agreement.status), by=by, at=at)
    mine, theirs = (agreement.first, agreement.second) if verb == "sign" else (agreement.second, agreement.first)
    if by.roles_at(theirs, at):
        signing = "sign" if verb == "sign" else "countersign"
        raise Refused(f"You act for {theirs}, so someone else must {signing} for {mine}.")


def _next_verb(agreement: Agreement) -> str:
    if agreement.status == AgreementStatus.TO_SIGN:
        return "sign"
    return "countersign" if agreement.kind == Agreement.Kind.PROVIDER else "bind"


def _demand(**parts: str) -> None:
    words = {"name": "Enter your full name", "role": "Enter your role", "authority": "Say by what authority you sign"}
    wrong = [Problem(words[key], key) for key, value in parts.items() if not value.strip()]
    wrong += [
        Problem(f"{SIGNATORY_FIELD_NAMES[key]} must be {MAX_SIGNATORY_LENGTHS[key]} characters or fewer", key)
        for key, value in parts.items()
        if len(value.strip()) > MAX_SIGNATORY_LENGTHS[key]
    ]
    own = "" if wrong else parts.get("name", "")
    if own and (
        problem := find_name_problem(own, noun=SIGNATORY_FIELD_NAMES["name"], longest=MAX_SIGNATORY_LENGTHS["name"])
    ):
        wrong.append(Problem(problem, "name"))
    wrong += [
        Problem(problem, key)
        for key in ("role", "authority")
        if (problem := find_line_problem(parts.get(key, ""), noun=SIGNATORY_FIELD_NAMES[key]))
    ]
    if wrong:
        raise Refused.because(wrong)


def _check_code(agreement: Agreement, person: User, code: str, at: datetime) -> SigningCode:
    """Compare a code, and count the attempt even when it is wrong: so in a transaction of its own."""
    with transaction.atomic():
        sent = SigningCode.objects.select_for_update().filter(agreement=agreement, person=person, used_at=None).first()
        usable = bool(sent and sent.attempts < MAX_SIGNING_CODE_ATTEMPTS and at < sent.sent_at + SIGNING_CODE_LIFETIME)
        right = False
        if sent is not None and usable:
            sent.attempts += 1
            sent.save(update_fields=["attempts"])
            right = hmac.compare_digest(sent.digest, _digest(agreement, person, code.strip().replace(" ", "")))
    if sent is None or not usable:
        raise Refused("Your code has expired. Ask for a new code, and enter it within 15 minutes.", "code")
    if not right:
        raise Refused("The code is wrong. Check the email, or ask for a new code.", "code")
    return sent


def _spend(code: SigningCode, at: datetime) -> None:
    if not SigningCode.objects.filter(pk=code.pk, used_at=None).update(used_at=at):
        raise Refused("Your code has already been used. Ask for a new code.", "code")


def _digest(agreement: Agreement, person: User, digits: str) -> str:
    """The purpose is part of what is digested: a code for one agreement is nothing to another."""
    purpose = f"sign:{agreement.pk}:{person.pk}:{digits}"
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).hexdigest()

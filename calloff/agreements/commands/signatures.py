"""Commands that sign agreements.

Each side has its own command. An emailed code proves who is signing.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import F

from calloff.agreements import messages, sealed_copy
from calloff.agreements.models import Agreement, Signature, SigningCode
from calloff.agreements.queries import people_to_notify
from calloff.agreements.states import AgreementStatus
from calloff.history.queries import history_of
from calloff.history.transitions import record_change, require_transition, transition
from calloff.kernel.clock import local_day, midnight
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.names import collapse_spaces, find_name_problem
from calloff.kernel.short_text import find_line_problem
from calloff.outbox.commands import queue_message, queue_message_to_address
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

__all__ = [
    "MAX_SIGNATORY_LENGTHS",
    "MAX_SIGNING_CODE_ATTEMPTS",
    "SIGNING_CODE_LIFETIME",
    "SignatoryEntry",
    "bind",
    "check_turn",
    "countersign",
    "remind",
    "send_code",
    "side_of",
    "sign",
    "verify_signatory",
]

SIGNING_CODE_LIFETIME = timedelta(minutes=15)
MAX_SIGNING_CODE_ATTEMPTS = 5
MAX_SIGNATORY_LENGTHS = {"name": 100, "role": 100, "authority": 300}  # characters
SIGNATORY_FIELD_NAMES = {"name": "Your full name", "role": "Your role", "authority": "Authority to sign"}


@transaction.atomic
def send_code(*agreements: Agreement, by: User, at: datetime) -> None:
    """Email a new code to the person who is about to sign one or more agreements. Any earlier code stops working.

    The code works once for each agreement, and a wrong code counts as an attempt for all of them. Only a person who can
    sign next can get a code: first a signatory of the first side, then one of the second side. Raises Refused if an
    agreement does not need a signature now, if the person acts for the other side, and after five codes in an hour.
    Raises PermissionDenied for anyone else.
    """
    chosen = Agreement.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in agreements])
    locked = list(chosen.order_by("pk"))
    digits = f"{secrets.randbelow(1_000_000):06}"
    for agreement in locked:
        check_turn(agreement, by=by, at=at)
        if not count_attempt(LimitName.SIGNING_CODE, f"{by.pk} {agreement.pk}", at=at).allowed:
            raise Refused(
                "You have requested 5 codes in the last hour. Wait a while, then request another code.", "code"
            )
        SigningCode.objects.filter(agreement=agreement, person=by, used_at=None).update(used_at=at)
        SigningCode.objects.create(agreement=agreement, person=by, digest=_digest(agreement, by, digits), sent_at=at)
    words = messages.code([agreement.reference for agreement in locked], digits)
    queue_message_to_address(words, address=by.email, sender=str(locked[0].authority), at=at, secret=True)


def check_turn(agreement: Agreement, *, by: User, at: datetime) -> None:
    """Require that a person can be the next to sign. Raises Refused, with the reason, or PermissionDenied."""
    if not agreement.is_unsigned:
        raise Refused(f"This agreement is not waiting for a signature. It is {agreement.get_status_display().lower()}.")
    _require_turn(agreement, _next_verb(agreement), by, at)


def sign(
    agreement: Agreement, *, by: User, at: datetime, name: str, role: str, authority: str, code: str,
    proof: SigningCode | None = None,
) -> Agreement:  # fmt: skip
    """Sign for the first side, and email the people who can countersign.

    Inside a transaction, pass the `proof` from `verify_signatory`, which must be called before the transaction starts.
    Raises Refused for a wrong, used or expired code, for missing entries, and if the person acts for the other side.
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


def remind(agreement: Agreement, *, by: User, at: datetime) -> Agreement:
    """Email a reminder to the people who can sign for a provider, no more than once a day.

    Raises Refused if a reminder has already been sent today, if no one at the provider can sign, and for an officer
    with a role at the provider. Raises LookupError for other kinds of agreement: `partners.remind` reminds a school or
    team.
    """
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise LookupError("Another act reminds people of an agreement of this kind.")
    with transition(agreement, "remind", by=by, at=at) as reminded:
        require_no_role_at(reminded.first, by=by, at=at)
        today = midnight(local_day(at))
        if history_of(reminded).filter(verb="remind", event__at__gte=today).exists():
            raise Refused("We have already emailed a reminder today.")
        signatories = list(User.objects.who_can(Can.SIGN, organisation=reminded.first, at=at))
        if not signatories:
            raise Refused(
                f"No one at {reminded.first} has the signatory role yet, so we cannot email a reminder. Call the "
                "provider instead."
            )
        queue_message(messages.reminded(reminded), to=signatories, sender=str(reminded.authority), at=at)
    return reminded


class SignatoryEntry(TypedDict):
    """What a signatory enters: their name, role and authority to sign, in their own words, and the emailed code."""

    name: str
    role: str
    authority: str
    code: str


def countersign(agreement: Agreement, *, by: User, at: datetime, **entry: Unpack[SignatoryEntry]) -> Agreement:
    """Sign a provider agreement on behalf of the authority, bring it into force and store its sealed copy.

    No one can sign for both sides, even if they have roles at both. Raises Refused. Raises LookupError for other kinds
    of agreement, which `partners.countersign` and `placements.agree` countersign.
    """
    if agreement.kind != Agreement.Kind.PROVIDER:
        raise LookupError("Another act countersigns an agreement of this kind.")
    return _countersign(agreement, "countersign", by=by, at=at, **entry)


def verify_signatory(
    agreement: Agreement, *, by: User, at: datetime, verb: str = "bind", **entry: Unpack[SignatoryEntry]
) -> SigningCode:
    """Check that a person can sign and that their code is right, and return a proof.

    A wrong code is counted in a separate transaction, so that the attempt still counts if the action is refused. Call
    this before the transaction that runs `bind` or `sign` starts. The signing command then uses up the proof. Raises
    Refused.
    """
    _require_turn(Agreement.objects.get(pk=agreement.pk), verb, by, at)
    _demand(name=entry["name"], role=entry["role"], authority=entry["authority"])
    return _check_code(agreement, by, entry["code"], at)


def bind(
    agreement: Agreement, *, by: User, at: datetime, proof: SigningCode | None = None, **entry: Unpack[SignatoryEntry]
) -> Agreement:
    """Sign a Partnership Agreement or placement agreement on behalf of the second side, within a larger command.

    Inside a transaction, pass the `proof` from `verify_signatory`, which must be called before the transaction starts.
    Raises Refused.
    """
    return _countersign(agreement, "bind", by=by, at=at, proof=proof, **entry)


def side_of(agreement: Agreement, party: Organisation) -> str:
    """Return the side that an organisation signs for."""
    if party.pk == agreement.authority_id:
        return Signature.Side.AUTHORITY
    return Signature.Side.PROVIDER if party.pk == agreement.provider_id else Signature.Side.BUYER


def _countersign(
    agreement: Agreement,
    verb: str,
    *,
    by: User,
    at: datetime,
    proof: SigningCode | None = None,
    **entry: Unpack[SignatoryEntry],
) -> Agreement:
    _require_turn(Agreement.objects.get(pk=agreement.pk), verb, by, at)
    name, role, authority = entry["name"], entry["role"], entry["authority"]
    _demand(name=name, role=role, authority=authority)
    if proof is not None and (proof.agreement_id, proof.person_id) != (agreement.pk, by.pk):
        raise LookupError("This proof is of another agreement or another person.")
    spent = proof or _check_code(agreement, by, entry["code"], at)
    with transition(agreement, verb, by=by, at=at) as signed:
        if signed.signatures.filter(person=by).exists():
            raise Refused(f"You signed for {signed.first}, so someone else must countersign for {signed.second}.")
        _spend(spent, at)
        _put_signature(signed, side_of(signed, signed.second), by=by, at=at, name=name, role=role, authority=authority)
        record_change("in force from", None, local_day(at))
        signed.paper = sealed_copy.make_sealed_copy(signed, at=at)
        queue_message(messages.in_force(signed), to=people_to_notify(signed, at), sender=str(signed.authority), at=at)
    return signed


def _put_signature(
    agreement: Agreement, side: str, *, by: User, at: datetime, name: str, role: str, authority: str
) -> None:
    assert agreement.text is not None  # noqa: S101 (only agreements signed on paper have no text)
    Signature.objects.create(
        agreement=agreement, side=side, person=by,
        name=collapse_spaces(name), role=role.strip(), authority=authority.strip(),
        text_sha256=agreement.text.sha256, signed_at=at,
    )  # fmt: skip


def _require_turn(agreement: Agreement, verb: str, by: User, at: datetime) -> None:
    """Raise Refused or PermissionDenied if a person cannot sign now.

    This runs before a code is sent or checked. No one can sign for one side while they have a role at the other side.
    """
    require_transition(agreement, agreement.LIFECYCLE.find(verb, agreement.status), by=by, at=at)
    own_side, other_side = (
        (agreement.first, agreement.second) if verb == "sign" else (agreement.second, agreement.first)
    )
    if by.roles_at(other_side, at):
        signing = "sign" if verb == "sign" else "countersign"
        raise Refused(f"You act for {other_side}, so someone else must {signing} for {own_side}.")


def _next_verb(agreement: Agreement) -> str:
    if agreement.status == AgreementStatus.TO_SIGN:
        return "sign"
    return "countersign" if agreement.kind == Agreement.Kind.PROVIDER else "bind"


def _demand(**parts: str) -> None:
    empty_errors = {
        "name": "Enter your full name",
        "role": "Enter your role",
        "authority": "Enter your authority to sign",
    }
    problems = [Problem(empty_errors[key], key) for key, value in parts.items() if not value.strip()]
    problems += [
        Problem(f"{SIGNATORY_FIELD_NAMES[key]} must be {MAX_SIGNATORY_LENGTHS[key]} characters or fewer", key)
        for key, value in parts.items()
        if len(value.strip()) > MAX_SIGNATORY_LENGTHS[key]
    ]
    full_name = "" if problems else parts.get("name", "")
    if full_name and (
        problem := find_name_problem(
            full_name, noun=SIGNATORY_FIELD_NAMES["name"], longest=MAX_SIGNATORY_LENGTHS["name"]
        )
    ):
        problems.append(Problem(problem, "name"))
    problems += [
        Problem(problem, key)
        for key in ("role", "authority")
        if (problem := find_line_problem(parts.get(key, ""), noun=SIGNATORY_FIELD_NAMES[key]))
    ]
    if problems:
        raise Refused.because(problems)


def _check_code(agreement: Agreement, person: User, code: str, at: datetime) -> SigningCode:
    """Check the code that a person typed against the code that was sent, and return the stored code.

    The attempt is counted in a separate transaction, even if the code is wrong. Raises Refused if the code has expired,
    has been tried too often or is wrong.
    """
    mine = SigningCode.objects.filter(person=person, used_at=None)
    with transaction.atomic():
        # A code for several agreements has one row for each, and the rows share one count of attempts.
        together = mine.filter(sent_at__in=mine.filter(agreement=agreement).values("sent_at"))
        locked = {row.agreement_id: row for row in together.select_for_update().order_by("pk")}
        sent = locked.get(agreement.pk)
        usable = bool(sent and sent.attempts < MAX_SIGNING_CODE_ATTEMPTS and at < sent.sent_at + SIGNING_CODE_LIFETIME)
        is_correct = False
        if sent is not None and usable:
            is_correct = hmac.compare_digest(sent.digest, _digest(agreement, person, code.strip().replace(" ", "")))
            tried = [sent.pk] if is_correct else [row.pk for row in locked.values()]
            SigningCode.objects.filter(pk__in=tried).update(attempts=F("attempts") + 1)
    if sent is None or not usable:
        raise Refused("Your code has expired. Ask for a new code, and enter it within 15 minutes.", "code")
    if not is_correct:
        raise Refused("The code is wrong. Check the email, or ask for a new code.", "code")
    return sent


def _spend(code: SigningCode, at: datetime) -> None:
    if not SigningCode.objects.filter(pk=code.pk, used_at=None).update(used_at=at):
        raise Refused("Your code has already been used. Ask for a new code.", "code")


def _digest(agreement: Agreement, person: User, digits: str) -> str:
    """Return the digest of a code.

    The digest includes the purpose, so that a code for one agreement cannot be used for another.
    """
    purpose = f"sign:{agreement.pk}:{person.pk}:{digits}"
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).hexdigest()

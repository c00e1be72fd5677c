"""The actions that need a recent proof of identity (`permissions.step_up`), which is at most 15 minutes old.

Each row is an action with its routes. A test checks that each route asks for the proof, and that the rows contain
every such route.
"""

STEP_UP_ROUTES: dict[str, tuple[str, ...]] = {
    "change how you sign in": (
        "account:email", "account:name", "account:password-set", "account:app", "account:app-remove", "account:key-add",
        "account:key-remove", "account:codes", "account:codes-new", "account:pin-set", "account:sign-on-link",
        "account:sign-on-confirm", "account:sign-on-unlink",
    ),
    "close your account": ("account:close",),
    "give someone a role": (
        "provider:people-invite", "provider:people-invitation-confirm", "provider:people-invitation-resend",
        "provider:people-invitation-withdraw",
        "provider:people-invite-many", "provider:people-invitations-confirm",
        "provider:people-batch-confirm", "provider:people-batch-withdraw",
        "buyer:people-invite", "buyer:people-invitation-confirm", "buyer:people-invitation-resend",
        "buyer:people-invitation-withdraw",
        "buyer:people-invite-many", "buyer:people-invitations-confirm",
        "buyer:people-batch-confirm", "buyer:people-batch-withdraw",
        "authority:people-invite", "authority:people-invitation-confirm", "authority:people-invitation-resend",
        "authority:people-invitation-withdraw",
        "authority:people-invite-many", "authority:people-invitations-confirm",
        "authority:people-batch-confirm", "authority:people-batch-withdraw",
        "authority:first-person-invite", "authority:first-people-invite",
        "authority:school-first-person-invite", "authority:schools-invite", "authority:team-found",
        "authority:market-appoint",
        "authority:market-confirm-role", "authority:market-withdraw-role",
        "account:request-approve", "account:role-reapprove", "authority:person-reapprove",
    ),
    "end someone's role": (
        "provider:role-end", "buyer:role-end", "authority:person-end", "authority:market-end-role",
    ),
    "close a colleague's account": ("authority:person-close-account",),
    "decide how other people sign in": (
        "provider:sign-in-set", "buyer:sign-in-set", "authority:sign-in-set",
        "provider:reset-ask", "buyer:reset-ask", "authority:reset-ask",
        "provider:reset-confirm", "buyer:reset-confirm", "authority:reset-confirm",
    ),
    "make a secret calendar address": ("account:calendar-make",),
    "create a key for another system": ("provider:api-key-make", "buyer:api-key-make", "authority:api-key-make"),
    "decide on an application": ("authority:application-decide",),
    "sign or countersign an agreement": (
        "provider:agreement-sign", "buyer:agreement-sign", "buyer:placement-agree", "authority:agreement-countersign",
        "authority:agreements-countersign",
    ),
    "suspend, reinstate or remove a member": (
        "authority:member-suspend", "authority:member-reinstate", "authority:member-remove",
    ),
    "download a list of named people": ("authority:applications-export",),
    "download a copy of a child's record": ("buyer:pupil-held",),
    "approve the deletion of children's records": ("buyer:disposal-approve", "authority:disposal-approve"),
    "allow part of a child's record to be deleted": ("buyer:pupil-lift-hold", "buyer:pupil-contact-remove"),
    "read or change child protection information": (
        "buyer:pupil-protection", "buyer:pupil-keep-protection", "provider:invitation-protection",
        "provider:placement-protection",
    ),
}  # fmt: skip

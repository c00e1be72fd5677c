"""Commands for signing in and for accounts."""

from calloff.accounts.commands.addresses import note_confirmed
from calloff.accounts.commands.closures import close_account, close_account_for
from calloff.accounts.commands.codes import (
    enter_code,
    forget_mailbox_reset,
    has_live_code,
    note_mailbox_reset,
    send_code,
)
from calloff.accounts.commands.devices import (
    enter_pin,
    find_device,
    forget_devices,
    record_device,
    record_second_step,
    remove_pin,
    set_pin,
)
from calloff.accounts.commands.email_changes import (
    CHANGE_STOPPED_REFUSAL,
    ask_email_change,
    end_email_change,
    find_email_change,
    make_email_change,
    open_email_change,
    stop_email_change,
    undo_email_change,
)
from calloff.accounts.commands.names import change_name
from calloff.accounts.commands.resets import (
    ask_reset,
    cancel_reset,
    confirm_reset,
    find_reset,
    may_ask_for,
    refuse_reset,
    stop_reset,
    usable_reset,
    use_reset,
)
from calloff.accounts.commands.sessions import end_session, end_sessions, note_session
from calloff.accounts.commands.sign_in_rules import set_sign_in

__all__ = [
    "CHANGE_STOPPED_REFUSAL",
    "ask_email_change",
    "ask_reset",
    "cancel_reset",
    "change_name",
    "close_account",
    "close_account_for",
    "confirm_reset",
    "end_email_change",
    "end_session",
    "end_sessions",
    "enter_code",
    "enter_pin",
    "find_device",
    "find_email_change",
    "find_reset",
    "forget_devices",
    "forget_mailbox_reset",
    "has_live_code",
    "make_email_change",
    "may_ask_for",
    "note_confirmed",
    "note_mailbox_reset",
    "note_session",
    "open_email_change",
    "record_device",
    "record_second_step",
    "refuse_reset",
    "remove_pin",
    "send_code",
    "set_pin",
    "set_sign_in",
    "stop_email_change",
    "stop_reset",
    "undo_email_change",
    "usable_reset",
    "use_reset",
]

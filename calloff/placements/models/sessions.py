"""The agreed weekly sessions of a placement."""

import pgtrigger
from django.db import models

from calloff.directory.models import WeeklySession, no_overlap_constraints
from calloff.placements.models.placement import Placement


class AgreedSession(WeeklySession):
    """A placement's weekly session, with the first and last date on which it applies.

    Only `placements.weeks.write` writes these rows: before both sides have signed, and when both sides agree a change.
    New sessions cannot overlap (`directory.timetables.require_timetable`), but sessions signed earlier can.
    """

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="sessions")

    class Meta(WeeklySession.Meta):
        constraints = [*WeeklySession.Meta.constraints, *no_overlap_constraints("placement", "placement", times=False)]
        indexes = [models.Index(fields=["placement"], name="agreed_session_by_placement")]
        triggers = [
            pgtrigger.Trigger(
                name="weeks_are_agreed_by_both",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM placements_placement
                               WHERE (TG_OP <> 'INSERT' AND id = OLD.placement_id
                                      OR TG_OP <> 'DELETE' AND id = NEW.placement_id)
                               AND status NOT IN ('checks', 'to_sign'))
                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'agree_change'
                    THEN RAISE EXCEPTION 'pgtrigger: Both sides agree to a change of a placement'; END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

SHOWN = 20
SHOWN_IN_PANEL = 5
COMING_DAYS = 7


class IsofMyDay(models.AbstractModel):
    """What waits for the user: the start page.

    Its sections are the user's open activities. Beside them are panels, short lists of anything
    else; an add-on adds its own by extending ``_get_panels``.
    """

    _name = "isof.my.day"
    _description = "My Day"

    @api.model
    @api.readonly
    def get_day(self):
        """Return what waits for the user.

        :return: dict with ``sections``, each a dict with ``key``, ``title``, ``steps`` (as of the
            timelines of activities), ``count`` (of all, beyond the limit too) and ``empty`` (what
            to say if there are none); and ``panels``, see ``_prepare_panel``
        :raises AccessError: if the user may not read activities
        """
        return {"sections": self._get_sections(), "panels": self._get_panels()}

    @api.model
    def _get_sections(self):
        soon = Domain("start", "<", fields.Datetime.now() + timedelta(days=COMING_DAYS))
        sections = [
            self._prepare_section("late", self.env._("Overdue"), Domain.TRUE),
            self._prepare_section("now", self.env._("Today"), Domain.TRUE),
            self._prepare_section("upcoming", self.env._("The Next Days"), soon),
        ]
        # where nothing is overdue there is nothing to say about it
        return [section for section in sections if section["count"] or section["key"] != "late"]

    @api.model
    def _prepare_section(self, key, title, domain):
        # also of those for whom the user acts as a substitute
        ids = [self.env.uid, *self.env.user._get_isof_substituted_ids()]
        domain &= Domain("timeframe", "=", key) & (
            Domain("user_id", "in", ids) | Domain("participant_ids", "in", ids)
        )
        return {
            "key": key,
            "title": title,
            "empty": {
                "now": self.env._("Nothing is planned for today."),
                "upcoming": self.env._("Nothing is planned for the next days."),
            }.get(key, ""),
            **self.env["isof.activity"]._get_timeline(domain, "start, id", SHOWN),
        }

    @api.model
    def _get_panels(self):
        """Return the panels that the user is to see, from top to bottom."""
        panel = self._get_team_panel()
        return [panel] if panel else []

    @api.model
    def _prepare_panel(self, title, rows, *, action=None, empty=""):
        """Return a panel.

        :param rows: list of dicts with ``label``, and if need be ``detail``, ``value``, ``trend``
            ("up" or "down") and ``action``, which the client carries out
        :param action: what the client carries out to show all: an action or its id
        :param empty: what to say if there are no rows
        """
        return {"title": title, "rows": rows, "action": action, "empty": empty}

    @api.model
    def _get_team_panel(self):
        """Return whose activities are overdue, for who leads others; None for others."""
        activities = self.env["isof.activity"]
        domain = Domain("timeframe", "=", "late") & Domain("user_id", "not in", [self.env.uid])
        if not self.env.user.has_group("isof_crm.group_manager"):
            led, departments = self.env.user._get_isof_led()
            if not (led - self.env.user or departments):
                return None
            domain &= Domain("is_my_team", "=", True)
        groups = activities._read_group(
            domain, ["user_id"], ["__count"], order="__count DESC", limit=SHOWN_IN_PANEL
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("isof_crm.isof_activity_action")
        action |= {"domain": list(domain), "context": {}}
        rows = [
            {
                # sudo: who may read the activity may read who is in charge
                "label": user.sudo().name or self.env._("Nobody in charge"),
                "value": str(count),
                "action": action | {"domain": list(domain & Domain("user_id", "=", user.id))},
            }
            for user, count in groups
        ]
        return self._prepare_panel(
            self.env._("Overdue in the Team"),
            rows,
            action=action,
            empty=self.env._("Nobody has anything overdue."),
        )

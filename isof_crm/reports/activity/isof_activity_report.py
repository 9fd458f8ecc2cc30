from functools import partial

from odoo import models
from odoo.tools import groupby
from odoo.tools.misc import format_date

from ...tools import activity_time, moments

# The columns of an export: field, kind of cell, width, whether it is totalled.
EXPORT_COLUMNS = {
    "register": [
        ("start", "datetime", 17, False),
        ("stop", "datetime", 17, False),
        ("duration", "float", 9, True),
        ("type_id", "text", 18, False),
        ("kind", "text", 12, False),
        ("name", "text", 32, False),
        ("partner_id", "text", 32, False),
        ("contact_id", "text", 24, False),
        ("contact_phone", "text", 18, False),
        ("user_id", "text", 22, False),
        ("participant_ids", "text", 24, False),
        ("author_id", "text", 22, False),
        ("status_id", "text", 14, False),
        ("campaign_id", "text", 22, False),
        ("region_id", "text", 24, False),
        ("department_id", "text", 22, False),
        ("tag_ids", "text", 18, False),
        ("direction", "text", 12, False),
        ("location", "text", 20, False),
        ("note", "multiline", 40, False),
        ("result", "multiline", 40, False),
        ("company_id", "text", 22, False),
    ],
    "action_plan": [
        ("user_id", "text", 22, False),
        ("timeframe", "text", 12, False),
        ("start", "datetime", 17, False),
        ("stop", "datetime", 17, False),
        ("duration", "float", 9, True),
        ("priority", "text", 14, False),
        ("type_id", "text", 18, False),
        ("name", "text", 32, False),
        ("partner_id", "text", 32, False),
        ("contact_id", "text", 24, False),
        ("contact_phone", "text", 18, False),
        ("location", "text", 20, False),
        ("status_id", "text", 14, False),
        ("note", "multiline", 40, False),
        ("campaign_id", "text", 22, False),
    ],
}


class IsofActivity(models.Model):
    """The register and the action plan as they are printed and exported."""

    _inherit = "isof.activity"

    # ------------------------------------------------------------
    # Actions: of the activities chosen in a list
    # ------------------------------------------------------------

    def action_print_register(self):
        """Return the action that prints these activities as a register."""
        return self._choose_for_report("register").action_print()

    def action_print_action_plan(self):
        """Return the action that prints those of these activities that are open, as a plan."""
        return self._choose_for_report("action_plan").action_print()

    def action_export_register(self):
        """Return the action that downloads these activities as a workbook."""
        return self._choose_for_report("register").action_export()

    def _choose_for_report(self, form):
        self.check_access("read")
        return self.env["isof.activity.report.wizard"].create(
            {"form": form, "chosen_ids": self.ids}
        )

    # ------------------------------------------------------------
    # Print
    # ------------------------------------------------------------

    def _get_time_label(self):
        """Return when on its first day an activity takes place, as the user reads it."""
        self.ensure_one()
        until = (
            self.env._("until %(day)s", day=format_date(self.env, self.stop_date))
            if self.stop_date != self.start_date
            else ""
        )
        if self.allday:
            return f"{self.env._('All day')} {until}".strip()
        start, stop = (moments.format_clock(self.env, moment) for moment in (self.start, self.stop))
        return f"{start} {until} {stop}" if until else f"{start} – {stop}"

    def _get_action_plan(self):
        """Return the activities as an action plan.

        :return: list of dicts, one an employee in the order of their names, with ``user``
            (empty for nobody's), ``activities`` and ``sections``: a list of dicts with
            ``timeframe``, ``label`` and ``days``, an iterable of tuples of a
            date and its activities
        """
        labels = dict(self._fields["timeframe"]._description_selection(self.env))
        by_user = self.filtered("timeframe").sorted(lambda a: (a.start, a.id)).grouped("user_id")
        plan = []
        for user in sorted(by_user, key=lambda user: (not user, user.sudo().name or "", user.id)):
            activities = by_user[user]
            by_timeframe = activities.grouped("timeframe")
            plan.append(
                {
                    "user": user,
                    "activities": activities,
                    "sections": [
                        {
                            "timeframe": timeframe,
                            "label": label,
                            "days": groupby(
                                by_timeframe[timeframe].sorted("start_date"),
                                key=lambda activity: activity.start_date,
                            ),
                        }
                        for timeframe, label in labels.items()
                        if timeframe in by_timeframe
                    ],
                }
            )
        return plan

    # ------------------------------------------------------------
    # Export
    # ------------------------------------------------------------

    def _get_export_columns(self, form):
        """Return the columns of an export that the user may see.

        :param str form: a key of ``EXPORT_COLUMNS``
        :return: list of ``xlsx.Column``
        """
        return self.env["isof.export"]._get_columns(self, EXPORT_COLUMNS[form])

    def _iter_export_rows(self, columns):
        """Yield the activities as rows of a sheet; all-day ones start on their day.

        :param columns: list of ``xlsx.Column``
        """
        for rows in self.env["isof.export"]._iter_batches(
            self, columns, *self._get_export_readers()
        ):
            yield from rows

    def _get_export_readers(self):
        """Return what an export shows of fields that it does not simply read.

        :return: tuple of a dict of functions of a batch of activities, by names of fields, and a
            list of the fields that these read
        """
        exporter, tz = self.env["isof.export"], self._get_tz()

        def get_moments(name, activities):
            values = (exporter._read_values(activities, key) for key in (name, "allday"))
            return [
                activity_time.allday_date(moment, tz)
                if allday
                else activity_time.to_clock(moment, tz)
                for moment, allday in zip(*values, strict=True)
            ]

        def get_phones(activities):
            # what the field is computed of: to compute it makes a register a fifth slower
            ids = [exporter._read_values(activities, key) for key in ("contact_id", "partner_id")]
            # sudo: as the field does
            partners = self.env["res.partner"].sudo().browse({*ids[0], *ids[1]} - {None})
            partners.fetch(["phone"])
            values = exporter._read_values(partners, "phone")
            phones = dict(zip(partners.ids, values, strict=True))
            return [phones.get(c) or phones.get(p) for c, p in zip(*ids, strict=True)]

        readers = {name: partial(get_moments, name) for name in ("start", "stop")}
        readers["contact_phone"] = get_phones
        return readers, ["allday", "contact_id", "partner_id"]

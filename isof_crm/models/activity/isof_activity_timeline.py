from odoo import api, fields, models
from odoo.fields import Domain

from .isof_activity_status import OPEN_STATES

# Most steps of a list that a timeline shows, whatever it is asked for.
MAX_STEPS = 1000


class IsofActivity(models.Model):
    """What the timelines show: on the chain page and on the form of a contact."""

    _inherit = "isof.activity"

    @api.model
    @api.readonly
    def get_partner_timeline(self, partner_id, limit=20):
        """Return what is open and what was with a contact, for the timeline on its form.

        A company shows what was done with everybody in it, a person in a company what was
        done with that person.

        :param int partner_id: id of the ``res.partner``
        :param int limit: how many steps of each list to return at most
        :return: dict with ``open`` (soonest first) and ``closed`` (newest first), each a dict
            with ``steps`` and ``count`` (of all, beyond the limit too); ``domain``, which
            finds all of them; ``context``, the defaults of a new activity
        :raises AccessError: if the user may not read the contact or any activity
        """
        limit = min(limit, MAX_STEPS)
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        domain = self._get_partner_domain(partner)
        is_open = Domain("state", "in", OPEN_STATES)
        lists = {}
        for key, part, order in (
            ("open", domain & is_open, "start, id"),
            ("closed", domain & ~is_open, "start desc, id desc"),
        ):
            lists[key] = self._get_timeline(part, order, limit)
        return lists | {
            "domain": list(domain),
            "context": partner._prepare_isof_activity_context(),
        }

    @api.model
    def _get_partner_domain(self, partner):
        """Return the domain of what was with a contact: a company, or a person in whichever.

        PostgreSQL finds activities by their company and time. So those of a person name the
        companies, also the ones that the person has left, as far as the reader may know of them.
        """
        company = partner.commercial_partner_id
        if partner == company:
            return Domain("commercial_partner_id", "=", company.id)
        is_main = Domain("partner_id", "=", partner.id) | Domain("contact_id", "=", partner.id)
        is_further = Domain("contact_ids", "in", partner.ids)
        companies = company.union(
            *(
                held_at
                for domain in (is_main, is_further)
                for [held_at] in self._read_group(domain, ["commercial_partner_id"])
            )
        )
        return Domain("commercial_partner_id", "in", companies.ids) & (is_main | is_further)

    @api.model
    def _get_timeline(self, domain, order, limit):
        """Return the first activities of a timeline: ``steps``, and the ``count`` of all."""
        steps = self.search(domain, limit=limit, order=order)
        return {
            "steps": steps._prepare_timeline_steps(),
            "count": self.search_count(domain) if len(steps) == limit else len(steps),
        }

    def _prepare_timeline_steps(self):
        """Return the activities as the timelines in the browser expect them, in this order."""
        states = dict(self._fields["state"]._description_selection(self.env))
        editable = set(self._filtered_access("write")._ids)
        # sudo: who may read the activity may read with whom it is and who is in charge
        return [
            {
                "id": step.id,
                "name": step.name,
                "type": step.type_id.name,
                "icon": step.icon,
                "color": step.color,
                "state_name": states[step.state],
                "state_color": step.state_color,
                "is_open": step.is_open,
                "is_striked": step.is_striked,
                "status": step.status_id.name,
                "start": fields.Datetime.to_string(step.start),
                "stop": fields.Datetime.to_string(step.stop),
                "allday": step.allday,
                "timeframe": step.timeframe,
                "partner": step.partner_id.sudo().name or "",
                "contact": step.contact_id.sudo().name or "",
                "user": step.user_id.sudo().name or "",
                "user_id": step.user_id.id,
                "note": step.note or "",
                "result": step.result or "",
                "chain_count": step.chain_count,
                "can_edit": step.id in editable,
            }
            for step in self
        ]

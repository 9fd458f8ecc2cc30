from odoo import api, models

# When and whom a time off closes.
CLOSING_FIELDS = {"calendar_id", "company_id", "date_from", "date_to", "resource_id"}


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        closures = super().create(vals_list)
        closures._mark_resources()
        closures._claim_resources()
        closures._tell_booked({})
        return closures

    def write(self, vals):
        self._mark_resources()
        told = self._find_booked() if CLOSING_FIELDS & vals.keys() else None
        result = super().write(vals)
        if "resource_id" in vals:
            # nor of a resource that the user may not close
            self.check_access("write")
        self._mark_resources()
        if told is not None:
            self._claim_resources()
            self._tell_booked(told)
        return result

    def unlink(self):
        self._mark_resources()
        return super().unlink()

    def _mark_resources(self):
        """Have the available hours of the shared resources that are closed computed anew."""
        # sudo: only a mark; the hours follow from what was entered with the user's rights
        self.env["isof.resource"].sudo()._mark_closed(self.sudo())

    def _claim_resources(self):
        """Keep others from booking what is closed until it is; see ``_claim`` of the resource."""
        # sudo: whoever may close it, of whatever company it is
        closures, resources = self.sudo(), self.env["isof.resource"].sudo()
        resources.union(*(resources._find_closed_by(closure) for closure in closures))._claim()

    def _find_booked(self):
        """Return the bookings that fall into each time off: a dict."""
        # sudo: everybody's bookings of whatever is closed
        bookings = self.env["isof.booking"].sudo()
        return {closure: bookings._find_closed_by(closure) for closure in self.sudo()}

    def _tell_booked(self, told):
        """Tell the holders of bookings that they fall into a time off.

        :param told: dict of the time off to the bookings whose holders know of it
        """
        with self.env["isof.notifier"]._gather():
            for closure, bookings in self._find_booked().items():
                (bookings - told.get(closure, bookings.browse()))._tell_closed(closure)

from odoo import fields
from odoo.tools import frozendict


class ConditionMany2many(fields.Many2many):
    """A condition by what is chosen: empty means that there is none.

    What is archived is still a condition. Odoo leaves archived records out of lists, and of a
    condition on one that is archived nothing would be left: then everybody passes, also whom it
    was to keep out. So here they stay, on whatever path the field is read. Clients propose none of
    them, and show those that were chosen before by ``widget="isof_conditions"``.

    How to use: ``ConditionMany2many`` in place of ``fields.Many2many``, for each field in which
    empty means all. ``tests/test_conditions.py`` finds the ones that were forgotten.
    """

    context = frozendict(active_test=False)

    @property
    def _description_context(self):
        """What the client asks for proposals with."""
        return {key: value for key, value in self.context.items() if key != "active_test"}

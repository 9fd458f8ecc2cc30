from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date, frozendict

# The field that a type of periods gives to each model grouped by periods; the id follows.
FIELD_PREFIX = "x_isof_period_"
# Pairs of overlapping periods that a message names, at most.
MAX_NAMED = 5


def get_type_id(field_name):
    """Return the id of the type whose field has this name, or None."""
    suffix = field_name.removeprefix(FIELD_PREFIX)
    return int(suffix) if suffix != field_name and suffix.isdecimal() else None


class IsofPeriodType(models.Model):
    """A way of dividing time: seasons, 4-4-5 quarters, trade fairs.

    Each active type is a group-by and a filter of its own on every model that inherits
    ``isof.period.mixin``. For that the type keeps a manual field on each of them, as Odoo's
    analytic plans do: its label is the type's name and its technical name is made of the
    type's id, so that saved favourites survive a new name. It has no column; the mixin
    computes, searches and joins it.
    """

    _name = "isof.period.type"
    _description = "Type of Periods"
    _inherit = ["isof.guard.mixin"]
    _order = "sequence, id"

    name = fields.Char(
        required=True,
        translate=True,
        help="Analyses offer it under this name in Filters and Group By.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True,
        help="Archive it and analyses no longer offer it. The periods are kept.",
    )
    company_id = fields.Many2one(
        "res.company",
        ondelete="restrict",
        index="btree_not_null",
        help="Only those who work in this company see it. Leave it empty for all companies.",
    )
    period_ids = fields.One2many("isof.period", "type_id", string="Periods", copy=True)
    period_count = fields.Integer(string="Number of Periods", compute="_compute_period_count")

    @api.depends("period_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_period_count(self):
        counts = dict(
            self.env["isof.period"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        )
        for period_type in self:
            period_type.period_count = counts.get(period_type._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        self._sync_fields()
        return types

    def write(self, vals):
        # the lines of a form change one after another and may overlap meanwhile
        res = super(IsofPeriodType, self.with_context(isof_overlap_later=True)).write(vals)
        if "period_ids" in vals:
            self._check_overlap()
        if vals.keys() & {"name", "active", "company_id", "sequence"}:
            self._sync_fields()
        return res

    def unlink(self):
        names = [period_type._get_field_name() for period_type in self]
        res = super().unlink()
        self._sync_fields()
        # sudo: favourites that nobody could open any more, whosever they are
        self.env["ir.filters"].sudo()._unlink_isof_period_filters(names)
        return res

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for period_type, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=period_type.name)
        return vals_list

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        res = super()._update_field_translations(field_name, translations, *args, **kwargs)
        if field_name == "name":
            self._sync_fields()
        return res

    def action_generate(self):
        """Open the wizard that makes periods of this type."""
        return self._open_isof(
            "isof_crm_analytics.isof_period_generate_action", context={"default_type_id": self.id}
        )

    # ------------------------------------------------------------
    # No overlap
    # ------------------------------------------------------------

    def _check_overlap(self):
        """Name the periods that overlap, and let PostgreSQL watch over them again.

        :raises ValidationError: with the periods of one type that share a day
        """
        if self.env.context.get("isof_overlap_later"):
            return
        Period = self.env["isof.period"]
        Period.flush_model()
        pairs = self.env.execute_query(
            SQL(
                """SELECT first.id, second.id
                     FROM isof_period AS first
                     JOIN isof_period AS second ON second.type_id = first.type_id
                    WHERE first.type_id = ANY(%s)
                      AND (first.date_from, first.id) < (second.date_from, second.id)
                      AND second.date_from <= first.date_to
                 ORDER BY first.date_from, second.date_from LIMIT %s""",
                self.ids,
                MAX_NAMED,
            )
        )
        if pairs:
            raise ValidationError(
                self.env._(
                    "Periods of one type must not overlap, but these do:\n%(pairs)s\n"
                    "Change the dates, or put one of them into another type.",
                    pairs="\n".join(self._describe_pair(*Period.browse(pair)) for pair in pairs),
                )
            )
        self.env.cr.execute("SET CONSTRAINTS isof_period_no_overlap IMMEDIATE")

    def _describe_pair(self, one, other):
        return self.env._(
            "“%(one)s” (%(one_from)s – %(one_to)s) and “%(other)s” (%(other_from)s – %(other_to)s)",
            one=one.name,
            one_from=format_date(self.env, one.date_from),
            one_to=format_date(self.env, one.date_to),
            other=other.name,
            other_from=format_date(self.env, other.date_from),
            other_to=format_date(self.env, other.date_to),
        )

    # ------------------------------------------------------------
    # A field of each grouped model for each type
    # ------------------------------------------------------------

    def _get_field_name(self):
        self.ensure_one()
        return f"{FIELD_PREFIX}{self.id}"

    @api.model
    @tools.ormcache()
    def _get_field_companies(self):
        """Return the company id of the active types by the names of their fields, in order."""
        # sudo: who sees the fields is decided by their company, see isof.period.mixin
        types = self.sudo().search_fetch([("active", "=", True)], ["company_id"])
        return frozendict({one._get_field_name(): one.company_id.id for one in types})

    @api.model
    def _get_grouped_models(self):
        """Return the names of the models that are grouped by periods."""
        names = self.env.registry.descendants(["isof.period.mixin"], "_inherit")
        return sorted(name for name in names if not self.env[name]._abstract)

    @api.model
    def _sync_fields(self):
        """Give each grouped model a field for each active type, and take away the others."""
        self.env.registry.clear_cache()
        # sudo: who may change the types may not change fields at large, only these
        types = self.sudo().with_context(lang=None).search([("active", "=", True)])
        Fields = self.env["ir.model.fields"].sudo().with_context(lang=None)
        names = {one._get_field_name() for one in types}
        existing = Fields._get_isof_period_fields()
        kept = existing.filtered(lambda field: field.name in names)
        (existing - kept).unlink()
        found = {(field.model, field.name) for field in kept}
        missing = [
            one._prepare_field_vals(model)
            for model in self._get_grouped_models()
            for one in types
            if (model, one._get_field_name()) not in found
        ]
        if missing:
            kept |= Fields.create(missing)
        types._sync_labels(kept)

    def _sync_labels(self, fields_):
        """Have the labels of fields follow the names of their types, in each language."""
        for code, _name in self.env["res.lang"].get_installed():
            labels = {one._get_field_name(): one.name for one in self.with_context(lang=code)}
            for name, label in labels.items():
                fields_.with_context(lang=code).filtered(
                    lambda field, name=name, label=label: (
                        field.name == name and field.field_description != label
                    )
                ).write({"field_description": label})

    def _prepare_field_vals(self, model):
        """Return the values of the field that this type gives to a model."""
        return {
            "name": self._get_field_name(),
            "field_description": self.name,
            "state": "manual",
            "model_id": self.env["ir.model"]._get_id(model),
            "ttype": "many2one",
            "relation": "isof.period",
            "store": False,
            "readonly": True,
            "copied": False,
        }

from collections.abc import Collection

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import domain_text
from ..base.isof_tree_mixin import widen_trees
from .isof_segment import RULE_FIELDS

# Conditions to begin with in the rule's editor, so that nobody has to look for the fields.
STARTERS = [
    ("region", "Region", ("isof_region_id", "in", [])),
    ("group", "Contractor group", ("isof_group_id", "in", [])),
    ("tags", "Tags", ("category_id", "in", [])),
    ("lifecycle", "Lifecycle stage", ("isof_lifecycle", "in", [])),
    ("salesperson", "Salesperson", ("user_id", "in", [])),
    ("job", "Job position", ("function", "ilike", "")),
    (
        "consent",
        "Consent given",
        (
            "isof_current_consent_ids",
            "any",
            [
                "&",
                "&",
                ("state", "=", "given"),
                ("channel", "=", "email"),
                ("purpose_id", "in", []),
            ],
        ),
    ),
    ("objection", "No consent withdrawn", ("isof_is_withdrawn", "=", False)),
    (
        "activity",
        "Had an activity",
        (
            "isof_commercial_activity_ids",
            "any",
            [
                # two dates: the editor knows them as “last 30 days”, one it could not show
                *("&", "&", "&", ("type_id", "in", []), ("state", "=", "done")),
                *(("start", ">=", "today -30d"), ("start", "<", "today")),
            ],
        ),
    ),
    (
        "campaign",
        "Took part in a campaign",
        ("isof_commercial_activity_ids", "any", [("campaign_id", "in", [])]),
    ),
    ("silence", "Not contacted for days", ("isof_days_without_contact", ">=", 90)),
    (
        "role",
        "Role in a company",
        ("isof_affiliation_ids", "any", [("role_id", "in", []), ("is_current", "=", True)]),
    ),
    ("segment", "Segment of the company", ("commercial_partner_id.isof_segment_ids", "in", [])),
]

# By a name of its own: Odoo's lint takes the word in an onchange for a domain that it returns.
RULE_FIELD = "domain"


class IsofSegment(models.Model):
    """The rule: whom the settings of a segment find, and what other segments they refer to."""

    _inherit = "isof.segment"

    starter = fields.Selection(
        [(key, label) for key, label, _condition in STARTERS],
        string="Add a Condition",
        store=False,
        help="Puts a condition on what is asked for most into the rule, to be filled in.",
    )

    @api.constrains(*RULE_FIELDS)
    def _check_rule(self):
        for segment in self:
            segment._get_members_query(segment.user_id)

    @api.constrains("domain", "mode", "any_segment_ids", "all_segment_ids", "none_segment_ids")
    def _check_combination(self):
        for segment in self:
            seen, pending = self.browse(), segment._get_sources()
            while pending:
                if segment in pending:
                    raise ValidationError(
                        self.env._(
                            "Segment “%(segment)s” would include itself through others. Take one "
                            "of its combined segments out.",
                            segment=segment.name,
                        )
                    )
                seen |= pending
                pending = pending._get_sources() - seen

    @api.onchange(RULE_FIELD)
    def _onchange_domain(self):
        """Show what a region or group in the rule means: what lies below it, too."""
        try:
            rule = self._parse_domain()
        except ValidationError:
            return  # the preview tells
        if (widened := widen_trees(self.env["res.partner"], rule)) != rule:
            self.domain = repr(list(widened))

    @api.onchange("starter")
    def _onchange_starter(self):
        """Put the chosen condition below those of the rule."""
        if self.starter:
            condition = self._get_starter_conditions()[self.starter]
            self.domain = repr(list(self._parse_domain() & Domain([condition])))
        self.starter = False

    @api.model
    def _get_starter_conditions(self):
        """Return the condition of each choice; an add-on that adds one adds its condition here."""
        return {key: condition for key, _label, condition in STARTERS}

    def _parse_domain(self):
        """Return the rule as a ``Domain``.

        Only literals are read: the rule is text written by users, so nothing in it is executed.
        """
        try:
            return Domain(domain_text.parse(self.domain))
        except (ValueError, TypeError, RecursionError) as error:
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” cannot be read; it has to be a list of "
                    "conditions with plain values:\n%(reason)s",
                    segment=self.name,
                    reason=error,
                )
            ) from error

    def _get_sources(self):
        """Return the segments that these are combined of, or that their rules name."""
        # sudo: a cycle through somebody's private segment is a cycle all the same
        segments = self.sudo()
        sources = (
            segments.any_segment_ids | segments.all_segment_ids | segments.none_segment_ids
        )._origin
        for segment in segments.filtered(lambda s: s.mode != "static"):
            try:
                named = self._iter_named(self.env["res.partner"], segment._parse_domain())
            except ValidationError:
                continue  # a broken rule names nothing; its refresh tells the reason
            sources |= segment.browse(id_ for id_ in named if id_)
        return sources.exists()

    @api.model
    def _iter_named(self, model, domain):
        """Yield the ids of the segments that a domain names, None where it is not by their ids.

        :param model: the model that the domain is on
        :param domain: a ``Domain``
        """
        for condition in domain.iter_conditions():
            target, value = model, condition.value
            for name in condition.field_expr.split("."):
                field = target._fields.get(name)
                if target._name == self._name or not (field and field.relational):
                    break
                target = self.env[field.comodel_name]
            else:
                if condition.operator in ("any", "not any"):
                    yield from self._iter_named(target, Domain(value))
                    continue
                name = "id"
            if target._name == self._name:
                values = value if isinstance(value, Collection) else [value]
                if name != "id" or isinstance(value, str):
                    yield None
                else:
                    # False: in no segment at all
                    yield from (id_ if isinstance(id_, int) else None for id_ in values if id_)

    def _get_members_query(self, user, keep=False):
        """Return the query of the contacts that belong to the segment.

        :param user: the ``res.users`` whose rights, companies, language and clock count
        :param bool keep: take the present members instead of running the rule
        :return: ``Query`` on ``res.partner``
        :raises ValidationError: if the rule cannot be read, names a field that does not exist or
            cannot be searched, or something that the user may not read
        """
        self.ensure_one()
        # sudo: the settings, whoever asks; what they find is the user's
        segment = self.sudo()
        user = user.sudo()
        env = self.env(
            user=user.id,
            su=False,
            context={
                "lang": user.lang,
                "tz": user.tz,
                "allowed_company_ids": (segment.company_id or user.company_ids)._origin.ids,
            },
        )
        try:
            found = segment._get_found_domain(env, keep)
            members = found | Domain("id", "in", segment.addition_ids._origin.ids)
            if segment.exclusion_ids:
                members &= Domain("id", "not in", segment.exclusion_ids._origin.ids)
            members &= segment._get_target_domain() & Domain("active", "=", True)
            return env["res.partner"]._search(members)
        except (ValidationError, psycopg2.OperationalError):
            raise
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” uses something that %(user)s may not "
                    "read:\n%(reason)s",
                    segment=segment.name,
                    user=user.name,
                    reason=error,
                )
            ) from error
        except Exception as error:
            # whatever a rule written by hand may break with is the rule's fault
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” cannot be used:\n%(reason)s",
                    segment=segment.name,
                    reason=error,
                )
            ) from error

    def _get_found_domain(self, env, keep):
        """Return the domain of what the rule finds and the combined segments allow."""
        if self.mode == "static":
            return Domain.FALSE
        if keep:
            return self._get_member_domain(self)
        found = self._parse_domain()
        if None in self._iter_named(env["res.partner"], found):
            raise ValidationError(
                self.env._(
                    "The rule of segment “%(segment)s” looks for segments by something else than "
                    "themselves. Choose them from the list: “is in”, then their names.",
                    segment=self.name,
                )
            )
        sources = self._get_sources()
        visible = sources.with_env(env)._filtered_access("read")
        if hidden := set(sources.ids) - set(visible.ids):
            raise AccessError(
                self.env._("%(count)s of the segments that it refers to", count=len(hidden))
            )
        found = widen_trees(env["res.partner"], found)
        for segment in self.all_segment_ids:
            found &= self._get_member_domain(segment)
        if self.any_segment_ids:
            found &= self._get_member_domain(self.any_segment_ids)
        if self.none_segment_ids:
            found &= ~self._get_member_domain(self.none_segment_ids)
        return found

    @staticmethod
    def _get_member_domain(segments):
        """Return the domain of the present members of any of the segments."""
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT partner_id FROM isof_segment_member WHERE segment_id = ANY(%s))",
                segments._origin.ids,
            ),
        )

    def _get_target_domain(self):
        """Return the domain of contractors, or of contact persons."""
        if self.target == "company":
            return Domain("is_company", "=", True) | (
                Domain("parent_id", "=", False) & Domain("partner_share", "=", True)
            )
        return Domain("is_company", "=", False)

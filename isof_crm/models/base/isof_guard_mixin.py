from collections import defaultdict

from odoo import api, models
from odoo.api import NewId
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import ormcache, unique


class IsofGuardMixin(models.AbstractModel):
    """What comes from outside is looked at before it counts: by form, import, RPC or a default.

    Two rules hold for the fields of the suite, whoever calls, but for its own methods in sudo mode:

    - **Read only is read only on the server, too.** The ORM lets a caller write a stored field
      that is computed or shown as ``readonly``, also by ``default_…`` in the context or by a
      default of the user's own. Here such a field follows from what it is made of and from the
      buttons, which is what record rules, deadlines and figures rely on. Fields of dialogues are
      left out: an action fills them by its context.
    - **Whoever names a record may read it.** Odoo shows the name of whatever a field refers to,
      and our methods work with it in sudo mode; so an id that one may not read is refused before
      it is stored or anything follows from it. What is stored already may stay.

    How to use: inherit it in every model of the suite, and in those of Odoo that get fields which
    these rules are for. ``tests/test_derived.py`` finds the ones that were forgotten.
    """

    _name = "isof.guard.mixin"
    _description = "Guard of Values from Outside"

    # ------------------------------------------------------------
    # Read only
    # ------------------------------------------------------------

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_isof_kept(field):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _check_field_access(self, field, operation):
        if (
            operation == "write"
            and self._is_isof_kept(field)
            and not self._has_field_access(field, operation)
        ):
            raise AccessError(
                self.env._(
                    "“%(field)s” cannot be set by hand: it follows from other fields, or from what "
                    "the buttons do.",
                    field=field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    @api.model
    def _is_isof_kept(self, field):
        """Return whether only the suite itself writes a field."""
        return (
            field.readonly
            and field.store
            and not self._transient
            and field.name in self._get_isof_field_names()
        )

    @api.model
    def _filter_isof_kept(self, names):
        """Return the fields of the suite, of those that are named, that the user may not write."""
        ours = self._get_isof_field_names()
        return [
            field
            for name in names
            if name in ours and not self._has_field_access(field := self._fields[name], "write")
        ]

    @api.model
    def default_get(self, fields):
        """Give what the user may not write no default but its own, whatever is proposed."""
        if self.env.su:
            return super().default_get(fields)
        kept = self._filter_isof_kept(fields)
        others = set(fields) - {field.name for field in kept}
        context = self.env.context
        # as they are given: Odoo would make records of values by which fields are computed
        given = {
            name: context[f"default_{name}"] for name in others if f"default_{name}" in context
        }
        self._check_isof_references(given)
        self._check_isof_references_of_lines(given)
        values = super().default_get([name for name in fields if name in others])
        own = self.env["ir.default"]._get_model_defaults(self._name).keys() & values.keys()
        self._check_isof_references({name: values[name] for name in own})
        for field in kept:
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                values[field.name] = field.convert_to_write(value, self)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # of none that exists: a copy is created by its original
        self.browse().check_access("create")
        self.browse()._check_isof_references(*vals_list)
        proposed = {
            key.removeprefix("default_") for key in self.env.context if key.startswith("default_")
        }
        if self.env.su or not (kept := self._filter_isof_kept(proposed)):
            return super().create(vals_list)
        # such a default is ignored, see default_get(); the ORM would refuse to create anything
        ignored = {f"default_{field.name}" for field in kept}
        context = {key: value for key, value in self.env.context.items() if key not in ignored}
        records = super(IsofGuardMixin, self.with_context(context)).create(vals_list)
        return records.with_env(self.env)

    # ------------------------------------------------------------
    # References
    # ------------------------------------------------------------

    def write(self, vals):
        self._check_isof_references(vals)
        result = super().write(vals)
        if any(self._is_isof_part_of(name) for name in vals):
            # moved to another whole, which may be one that the user only reads
            self.check_access("write")
        return result

    @api.model
    def _is_isof_part_of(self, name):
        """Return whether records are a part of what a field refers to, and go with it."""
        field = self._fields.get(name)
        return (
            field
            and field.type == "many2one"
            and field.required
            and field.ondelete == "cascade"
            and name in self._get_isof_reference_names()
        )

    def onchange(self, values, field_names, fields_spec):
        given = dict(values)
        for name, value in values.items():
            if not isinstance(value, dict):
                continue
            if self._is_isof_line_of(name):
                # a client sends a line of a form with the values of the form
                self._check_isof_references_of_form(self._fields[name], value)
                given[name] = value.get("id")
            elif value.keys() <= {"id", "display_name"}:
                given[name] = value.get("id")
        self._check_isof_references(given)
        self._check_isof_references_of_lines(given)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _is_isof_line_of(self, name):
        """Return whether records may be lines of what a field refers to."""
        field = self._fields.get(name)
        inverses = self.pool.field_inverses[field] if field else ()
        return any(inverse.type == "one2many" for inverse in inverses)

    def _check_isof_references_of_form(self, field, values):
        """Do the same for the form of which a line is filled in: fields are computed from it."""
        id_ = values.get("id")
        whole = self.env[field.comodel_name].browse(id_ if type(id_) is int else ())
        for name, value in values.items():
            if (part := whole._fields.get(name)) and part.type in ("many2one", "reference"):
                _check_readable(whole, part, [value])

    def copy_data(self, default=None):
        """Have a copy refer to what its maker may read, as Odoo does for lists of records."""
        vals_list = super().copy_data(default)
        if self.env.su:
            return vals_list
        references = self._get_isof_reference_names()
        return [
            vals
            and {
                name: value
                for name, value in vals.items()
                if name in (default or {})
                or name not in references
                or not _find_hidden(self.env, self._fields[name], [value])
            }
            for vals in vals_list
        ]

    def _check_isof_given(self, vals):
        """Check values for whoever goes on with them in sudo mode, past the checks of the ORM.

        :raises AccessError: if the user may not write one of the fields, or not read what one
            refers to
        """
        for name in vals:
            self._check_field_access(self._fields[name], "write")
        self._check_isof_references(vals)

    def _check_isof_references(self, *vals_list):
        """Refuse values that refer to records that the user may not read.

        What ``self`` refers to already is not asked for again: others may have put it there.

        :param vals_list: dicts of values, as clients send them
        :raises AccessError: if there is such a record
        """
        if self.env.su:
            return
        references = self._get_isof_reference_names()
        for name in unique(name for vals in vals_list for name in vals if name in references):
            values = [vals[name] for vals in vals_list if name in vals]
            _check_readable(self, self._fields[name], values)

    @api.model
    @ormcache()
    def _get_isof_reference_names(self):
        """Return the names of the fields of ours that refer to records: a frozenset of str."""
        return frozenset(
            name
            for name in self._get_isof_field_names()
            if self._fields[name].type in ("many2one", "one2many", "many2many", "reference")
        )

    def _check_isof_references_of_lines(self, values):
        """Do the same for the lines of a form, which are not created or written yet."""
        for name, commands in values.items():
            field = self._fields.get(name)
            if not field or field.type not in ("one2many", "many2many") or not commands:
                continue
            lines = self.env[field.comodel_name]
            if not hasattr(lines, "_check_isof_references"):
                continue
            for each in commands:
                # a default may give the values of a new line
                command = Command.create(each) if isinstance(each, dict) else each
                if (
                    isinstance(command, list | tuple)
                    and command[0] in (Command.CREATE, Command.UPDATE)
                    and command[2]
                ):
                    line = lines.browse(command[1] if isinstance(command[1], int) else ())
                    line._check_isof_references(command[2])
                    line._check_isof_references_of_lines(command[2])


def search_readable(name):
    """Return the function that finds by a list of records what the user may read of them.

    How to use: ``search=search_readable("line_ids")`` of the field of that name. Where an id is
    looked for, Odoo would ask whose it is without asking who may read it. Like there, archived
    records are found by their ids.
    """

    def search(model, operator, value):
        if operator == "not in":
            return NotImplemented  # Odoo then negates "in"
        ids = [id_ for id_ in value if id_] if operator == "in" else []
        if not ids:
            return Domain(name, operator, value)
        lines = model.env[model._fields[name].comodel_name].with_context(active_test=False)
        found = Domain(name, "any", lines._search(Domain("id", "in", ids)))
        return found if len(ids) == len(value) else found | Domain(name, "=", False)

    return search


def _check_readable(records, field, values):
    """Refuse values of a field that refer to what the user may not read, and records do not yet.

    :param records: those whose values they will be
    :raises AccessError: if there is such a value
    """
    env = records.env
    try:
        hidden = _find_hidden(env, field, values)
    except (TypeError, ValueError):
        hidden = None  # nothing that a client of Odoo's sends
    if hidden is None or any(each - _find_referred(records, field, each) for each in hidden):
        raise AccessError(
            env._(
                "“%(field)s”: you may not see what was chosen there, or it is gone. Choose "
                "something else.",
                field=field._description_string(env),
            )
        )


def _find_hidden(env, field, values):
    """Return what the user may not read of what values of a field refer to.

    :param values: list of values, as clients send them
    :return: list of records, a model each
    :raises ValueError: see ``_find_references``
    """
    named = defaultdict(set)
    for value in values:
        if value or isinstance(value, NewId):
            for comodel, ids in _find_references(field, value):
                named[comodel] |= ids
    # a text may name any model; the ORM refuses one that there is not
    found = [env[comodel].browse(ids) for comodel, ids in named.items() if comodel in env]
    return [hidden for records in found if (hidden := records - records._filtered_access("read"))]


def _find_referred(records, field, others):
    """Return those of other records that records refer to by a field already."""
    # sudo: what is stored, whoever may read it
    stored = records.sudo().with_context(active_test=False)
    found = [record[field.name] for record in stored]
    return others.browse(
        id_ for each in found if each and each._name == others._name for id_ in each.ids
    )


def _find_references(field, value):
    """Return what a value of a field refers to: list of tuples of a model and a set of ids.

    :param value: in the forms that clients and the ORM use: an id, alone or with a name, a record,
        commands, or the model and the id as a text
    :raises ValueError: if it is in none of them
    """
    if field.type == "reference":
        model, _comma, id_ = value.partition(",") if isinstance(value, str) else (None, "", 0)
        return [(model, {int(id_)})]
    if field.type == "many2one":
        # of a dict of values the ORM would make a record, and compute fields from it
        given = value[:1] if isinstance(value, list | tuple) else [value]
    else:
        given = []
        for command in value:
            if not isinstance(command, list | tuple):
                given.append(command)
            elif command[0] == Command.LINK:
                given.append(command[1])
            elif command[0] == Command.SET:
                given += command[2]
    return [(field.comodel_name, set(_find_ids(given)))]


def _find_ids(given):
    """Yield the ids of what is given: ids and records.

    :raises ValueError: for what PostgreSQL would take for an id, but nobody has looked at
    """
    for each in given:
        if isinstance(each, models.BaseModel):
            yield from each._origin.ids
            continue
        id_ = each.origin if isinstance(each, NewId) else each
        if type(id_) is not int:
            raise ValueError(each)
        yield id_

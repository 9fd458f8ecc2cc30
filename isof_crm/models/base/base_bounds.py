from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, formatLang, ormcache

from ...tools import bounds

# What the fields of a type can hold at most, where a field does not say less itself.
HIGHEST = {
    "integer": bounds.MAX_INTEGER,
    "float": bounds.MAX_AMOUNT,
    "monetary": bounds.MAX_AMOUNT,
}
TEXTS = ("char", "text")
TO_DAY = {"date": fields.Date.to_date, "datetime": fields.Datetime.to_datetime}


class Base(models.AbstractModel):
    """Absurd dates and numbers are refused in every field of ours, wherever they are entered.

    A field that makes no sense long before the largest number says so itself::

        delay = fields.Integer(highest=3650)

    A value is checked before anything is computed from it: on create with the defaults, on
    write, and while a form is filled in. Methods that count with values before they come to the
    ORM's own ``create`` or ``write`` call ``_check_bounds`` first.
    """

    _inherit = "base"

    def _valid_field_parameter(self, field, name):
        return name == "highest" or super()._valid_field_parameter(field, name)

    @api.model
    @ormcache()
    def _get_bounded_fields(self):
        """Return the names of the fields of ours whose values are checked.

        Dates and numbers, and texts but for those of dialogues, which may list what was chosen.

        :return: tuple of str
        """
        types = (*HIGHEST, *TO_DAY) if self._transient else (*HIGHEST, *TO_DAY, *TEXTS)
        return tuple(
            name
            for name, field in self._fields.items()
            if field.type in types and name in self._get_isof_field_names()
        )

    @api.model
    def _check_bounds(self, vals):
        """Check that the dates, numbers and texts of ours in a dict of values make sense.

        :raises ValidationError: with the field and its limits
        """
        for name in self._get_bounded_fields():
            # what is empty is no value, and 0 is within any bounds
            if value := vals.get(name):
                field = self._fields[name]
                if field.type in TEXTS:
                    check = self._check_text
                else:
                    check = self._check_day if field.type in TO_DAY else self._check_number
                check(field, value)

    @api.model
    def _check_text(self, field, value):
        if isinstance(value, str) and len(value) > bounds.MAX_TEXT:
            raise ValidationError(
                self.env._(
                    "“%(field)s” can have %(count)s characters at most.",
                    field=field._description_string(self.env),
                    count=bounds.MAX_TEXT,
                )
            )

    @api.model
    def _check_day(self, field, value):
        try:
            is_day = bounds.is_day(TO_DAY[field.type](value))
        except ValueError:
            is_day = False
        if not is_day:
            raise ValidationError(
                self.env._(
                    "“%(field)s” has to be a day from %(first)s to %(last)s.",
                    field=field._description_string(self.env),
                    first=format_date(self.env, bounds.FIRST_DAY),
                    last=format_date(self.env, bounds.LAST_DAY),
                )
            )

    @api.model
    def _check_number(self, field, value):
        highest = getattr(field, "highest", HIGHEST[field.type])
        # a file that is imported has text
        side = bounds.exceeds(float(value), highest)
        if side > 0:
            raise ValidationError(
                self.env._(
                    "“%(field)s” has to be a number of %(highest)s at most.",
                    field=field._description_string(self.env),
                    highest=formatLang(self.env, highest, digits=0),
                )
            )
        if side < 0:
            raise ValidationError(
                self.env._(
                    "“%(field)s” has to be a number of %(lowest)s at least.",
                    field=field._description_string(self.env),
                    lowest=formatLang(self.env, -highest, digits=0),
                )
            )

    @api.model
    def _add_missing_default_values(self, values):
        # before anything is computed from them
        values = super()._add_missing_default_values(values)
        self._check_bounds(values)
        return values

    def write(self, vals):
        self._check_bounds(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        # what was there before is not the fault of who changes something else
        self._check_bounds({name: values[name] for name in field_names if name in values})
        return super().onchange(values, field_names, fields_spec)

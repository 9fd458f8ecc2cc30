import tempfile

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import split_every
from odoo.tools.misc import format_datetime
from odoo.tools.osutil import clean_filename

from ..tools import activity_time, xlsx

# Records that one query of an export reads.
BATCH_SIZE = 2000
# Names of other records that are remembered from one batch to the next, for each column.
MAX_NAMES = 20_000


class IsofExport(models.AbstractModel):
    """Records of any model as rows of a workbook: what the reader may read, in bounded memory."""

    _name = "isof.export"
    _description = "Export of Records"

    @api.model
    def _check_allowed(self):
        """Refuse users without Odoo's right to export."""
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._("You may not export data. Ask an administrator for the right to export.")
            )

    @api.model
    def _write_file(self, record):
        """Write the workbook of a record that has ``_write_workbook`` and ``_get_file_name``.

        :return: tuple of the file's name and the temporary file, which stands at its end
        :raises AccessError: if the user may not export, or not read the record
        """
        self._check_allowed()
        record.check_access("read")
        output = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
        record._write_workbook(output)
        return clean_filename(f"{record._get_file_name()}.xlsx"), output

    @api.model
    def _get_columns(self, records, specs):
        """Return the columns of an export that the user may see.

        :param records: of the model that is exported
        :param specs: list of tuples of a field, the kind of cell, its width and whether it is
            totalled
        :return: list of ``xlsx.Column``
        """
        descriptions = records.fields_get([name for name, *_rest in specs], ["string"])
        if not self.env.user.has_group("base.group_multi_company"):
            descriptions.pop("company_id", None)
        return [
            xlsx.Column(name, descriptions[name]["string"], kind, width, total)
            for name, kind, width, total in specs
            if name in descriptions
        ]

    @api.model
    def _get_as_of_line(self):
        """Return the line of a title that tells when the data was read."""
        moment = format_datetime(self.env, fields.Datetime.now())
        return self.env._("As of: %(moment)s", moment=moment)

    @api.model
    def _iter_batches(self, records, columns, localize=None, also_read=()):
        """Yield lists of rows (dicts with ``id``) of a sheet, in the order of the records.

        What was read of one batch is dropped from the cache before the next one, but for names
        of other records. Plain values instead of records: an export has millions of cells.

        :param columns: list of ``xlsx.Column`` whose keys are fields
        :param localize: function of a row and a naive UTC datetime that returns what the cell
            shows; the time on the user's clock where there is none
        :param also_read: names of fields that ``localize`` looks at
        """
        columns_by_type = {}
        for column in columns:
            field = records._fields[column.key]
            kind = "relational" if field.relational else field.type
            columns_by_type.setdefault(kind, []).append(field)
        labels_by_name = {
            field.name: dict(field._description_selection(self.env))
            for field in columns_by_type.get("selection", ())
        }
        yes_no = {True: self.env._("Yes"), False: self.env._("No")}
        labels_by_name |= {field.name: yes_no for field in columns_by_type.get("boolean", ())}
        tz = self.env["isof.activity"]._get_tz()
        localize = localize or (
            lambda _row, moment: activity_time.to_local(moment, tz).replace(tzinfo=None)
        )
        names = [*(column.key for column in columns), *also_read]
        known = {field: {} for field in columns_by_type.get("relational", ())}
        for ids in split_every(BATCH_SIZE, records.ids):
            rows = records.browse(ids).read(names, load=None)
            for field, names_by_id in known.items():
                self._name_records(field, rows, names_by_id)
            for row in rows:
                for name, labels in labels_by_name.items():
                    row[name] = labels.get(row[name])
                for field in columns_by_type.get("datetime", ()):
                    moment = row[field.name]
                    row[field.name] = moment and localize(row, moment)
            yield rows
            self.env.invalidate_all()

    @api.model
    def _name_records(self, field, rows, names):
        """Replace the ids of a relational field by names in rows of ``read``.

        :param dict names: of records that were named before, by their ids; is added to
        """
        many = field.type == "many2many"
        ids = {id_ for row in rows for id_ in (row[field.name] if many else [row[field.name]])}
        if len(names) + len(ids) > MAX_NAMES:
            names.clear()
        # sudo: who may read a record may read which others it names
        records = self.env[field.comodel_name].sudo().browse(ids - names.keys() - {False})
        shown = "name" if field.comodel_name == "res.partner" else "display_name"
        names |= {record.id: record[shown] or "" for record in records}
        for row in rows:
            value = row[field.name]
            row[field.name] = ", ".join(names[id_] for id_ in value) if many else names.get(value)

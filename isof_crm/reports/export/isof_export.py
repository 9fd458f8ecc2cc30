import tempfile

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import split_every
from odoo.tools.misc import format_datetime
from odoo.tools.osutil import clean_filename

from ...tools import activity_time, xlsx

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
        moment = format_datetime(self.env, fields.Datetime.now(), self.env.tz.zone)
        return self.env._("As of: %(moment)s", moment=moment)

    @api.model
    def _iter_batches(self, records, columns, own=None, also_read=()):
        """Yield lists of rows (dicts with ``id``) of a sheet, in the order of the records.

        What was read of one batch is dropped from the cache before the next one, but for names
        of other records. Plain values instead of records: an export has millions of cells.

        :param columns: list of ``xlsx.Column`` whose keys are fields
        :param own: by the keys of columns, functions of a batch of records that return what the
            cells show, where that is not simply the field
        :param also_read: names of further fields that these functions read
        """
        own = own or {}
        known = {column.key: self._prepare_labels(records, column.key) for column in columns}
        self.env.flush_all()  # nothing waits to be computed
        for ids in split_every(BATCH_SIZE, records.ids):
            batch = records.browse(ids)
            batch.fetch([*known, *also_read])
            shown = [
                own[name](batch) if name in own else self._read_texts(batch, name, labels)
                for name, labels in known.items()
            ]
            yield [
                dict(zip(("id", *known), values, strict=True))
                for values in zip(ids, *shown, strict=True)
            ]
            self.env.invalidate_all()

    @api.model
    def _prepare_labels(self, records, name):
        """Return what the values of a field are called, as far as known: a dict of texts."""
        field = records._fields[name]
        if field.type == "boolean":
            no = self.env._("No")
            return {True: self.env._("Yes"), False: no, None: no}
        return dict(field._description_selection(self.env)) if field.type == "selection" else {}

    @api.model
    def _read_texts(self, records, name, labels):
        """Return what the cells of a column show, of records whose field was fetched.

        :param dict labels: texts by values; names of other records are added to it
        """
        field, values = records._fields[name], self._read_values(records, name)
        if field.type == "many2many":
            self._name_records(field, {id_ for value in values for id_ in value}, labels)
            return [", ".join(labels[id_] for id_ in value) for value in values]
        if field.type == "many2one":
            self._name_records(field, set(values) - {None}, labels)
        if field.type in ("many2one", "selection", "boolean"):
            return [labels.get(value) for value in values]
        if field.type == "datetime":
            tz = self.env.tz.zone
            return [moment and activity_time.to_clock(moment, tz) for moment in values]
        return values

    @api.model
    def _read_values(self, records, name):
        """Return the values of a field that was fetched, ids of other records, in a list.

        Odoo's cache is read itself: to ask each record for its value, with another look at the
        rights, takes several times as long.
        """
        if name == "id":
            return list(records.ids)
        field = records._fields[name]
        if not field.store:
            records.mapped(name)  # is computed
        cache = field._get_cache(records.env)
        values = [cache[id_] for id_ in records.ids]
        if field.type == "many2many":
            known = set(records[name].ids)  # without what is archived
            return [[id_ for id_ in value if id_ in known] for value in values]
        if field.type in ("integer", "float", "monetary"):
            # 0 to most fields; False, and so an empty cell, to those that tell what is unknown
            empty = field.convert_to_record(None, records)
            empty = None if empty is False else empty
            return [empty if value is None else value for value in values]
        return values

    @api.model
    def _name_records(self, field, ids, names):
        """Add the names of the records that a relational field points to.

        :param set ids: of the records
        :param dict names: of records that were named before, by their ids; is added to
        """
        if len(names) + len(ids) > MAX_NAMES:
            names.clear()
        # sudo: who may read a record may read which others it names
        records = self.env[field.comodel_name].sudo().browse(ids - names.keys())
        shown = "name" if field.comodel_name == "res.partner" else "display_name"
        records.fetch([shown])  # and nothing else of them
        names |= {record.id: record[shown] or "" for record in records}

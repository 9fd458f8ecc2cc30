from odoo import models
from odoo.fields import Command

from ...exceptions import TextConflict

TEXTS = ("char", "html", "text")


class Base(models.AbstractModel):
    """Two who write in the same text: the second is told what the first wrote.

    Clients send, along with a text of ours that was changed in a form, a line of one or a list,
    what stood there when it was loaded: ``isof_loaded`` in the context, by model, id and field,
    see ``static/src/text_conflict``. So two may well work on different fields of one record.

    No lock is needed: what is compared here is of the snapshot of the transaction, and whoever
    writes a row that another has changed since is refused by PostgreSQL and begins anew.
    """

    _inherit = "base"

    def web_save(self, vals, specification, next_id=None):
        loaded = self.env.context.get("isof_loaded")
        # a client sends it, whatever it may be
        if not isinstance(loaded, dict):
            return super().web_save(vals, specification, next_id)
        self._check_isof_texts(vals, loaded)
        records = self.with_context(isof_loaded=None)
        return super(Base, records).web_save(vals, specification, next_id)

    def _check_isof_texts(self, vals, loaded):
        """Check that the texts that are about to be written are still what was loaded.

        :param dict loaded: what a client had loaded, by model, id and the names of fields
        :raises TextConflict: if somebody wrote another text than what was loaded or is written now
        """
        conflicts = self._find_isof_conflicts(vals, loaded)
        if not conflicts:
            return
        paragraphs, texts = [], {}
        for record, by_name in conflicts:
            # sudo: the name of a colleague
            who = record.write_uid.sudo().name
            paragraphs.append(
                self.env._(
                    "%(user)s has changed “%(record)s” since you opened it.",
                    user=who,
                    record=record.display_name,
                )
            )
            paragraphs += [
                self.env._(
                    "“%(field)s” says now:\n%(text)s",
                    field=record._fields[name]._description_string(self.env),
                    text=record._fields[name].convert_to_export(text, record) or "–",
                )
                for name, text in by_name.items()
            ]
            texts.setdefault(record._name, {})[str(record.id)] = by_name
        if len(self) == 1:
            end = self.env._(
                "Nothing of yours is lost: it is not saved yet, and still stands in the form. "
                "Saved once more, it replaces this."
            )
        else:
            end = self.env._("Nothing was saved. Entered once more, it replaces this.")
        raise TextConflict("\n\n".join([*paragraphs, end]), texts)

    def _find_isof_conflicts(self, vals, loaded):
        """Return where another text stands now than what was loaded, also in lines of records.

        :return: list of tuples of a record and a dict of the names of fields to what stands there
        """
        conflicts = []
        mine = loaded.get(self._name)
        for record in self if isinstance(mine, dict) else ():
            seen = mine.get(str(record.id))
            if not isinstance(seen, dict):
                continue
            record.check_access("write")
            texts = {
                name: text
                for name in vals.keys() & seen.keys() & self._fields.keys()
                if self._fields[name].type in TEXTS
                and (text := record[name] or "") not in (seen[name] or "", vals[name] or "")
            }
            if texts:
                conflicts.append((record, texts))
        for name, commands in vals.items():
            field = self._fields.get(name)
            if not field or field.type not in ("one2many", "many2many"):
                continue
            for command in commands if isinstance(commands, list | tuple) else ():
                match command:
                    case [Command.UPDATE, int(id_), dict(line_vals)]:
                        line = self.env[field.comodel_name].browse(id_)
                        conflicts += line._find_isof_conflicts(line_vals, loaded)
        return conflicts

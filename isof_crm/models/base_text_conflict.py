from odoo import models

from ..exceptions import TextConflict

TEXTS = ("char", "html", "text")


class Base(models.AbstractModel):
    """Two who write in the same text: the second is told what the first wrote.

    The forms of our models send, along with a text that was changed, what stood there when it was
    loaded: ``isof_loaded`` in the context, see ``static/src/text_conflict``. So two may well work
    on different fields of one record.

    No lock is needed: what is compared here is of the snapshot of the transaction, and whoever
    writes a row that another has changed since is refused by PostgreSQL and begins anew.
    """

    _inherit = "base"

    def web_save(self, vals, specification, next_id=None):
        loaded = self.env.context.get("isof_loaded")
        # a client sends it, whatever it may be; forms save one record
        if not isinstance(loaded, dict) or len(self) != 1:
            return super().web_save(vals, specification, next_id)
        self._check_isof_texts(vals, loaded)
        records = self.with_context(isof_loaded=None)
        return super(Base, records).web_save(vals, specification, next_id)

    def _check_isof_texts(self, vals, loaded):
        """Check that the texts that are about to be written are still what was loaded.

        :param dict loaded: what a client had loaded, by the names of fields
        :raises TextConflict: if somebody wrote another text than what was loaded or is written now
        """
        self.check_access("write")
        texts, lines = {}, []
        for name in loaded.keys() & vals.keys() & self._fields.keys():
            field = self._fields[name]
            text = self[name] or ""
            if field.type not in TEXTS or text in (loaded[name] or "", vals[name] or ""):
                continue
            texts[name] = text
            lines.append(
                self.env._(
                    "“%(field)s” says now:\n%(text)s",
                    field=field._description_string(self.env),
                    text=field.convert_to_export(text, self) or "–",
                )
            )
        if not texts:
            return
        # sudo: the name of a colleague
        who = self.write_uid.sudo().name
        message = self.env._(
            "%(user)s has changed “%(record)s” since you opened it. Nothing of yours is lost: it "
            "is not saved yet, and still stands in the form. Saved once more, it replaces this.",
            user=who,
            record=self.display_name,
        )
        raise TextConflict("\n\n".join([message, *lines]), texts)

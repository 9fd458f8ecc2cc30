"""What somebody learns without reading: which words a search finds, in whatever is stored."""

from odoo.exceptions import AccessError
from odoo.fields import Domain

TEXTS = ("char", "text", "html")


class WeakerCase:
    """For tests of data that is copied to where weaker rights hold. A mixin of test cases."""

    def _find_word(self, user, word, *, models=None, leave_out=()):
        """Return where a user finds a word by searching, archived records included.

        In each model that the user may read, all texts are tried, and those of the records that
        it links to: that is enough to guess anything letter by letter.

        :param models: names of models; all if not given
        :param leave_out: names of models that are not looked into
        :return: sorted list of paths (``model.field`` or ``model.field.field``)
        """
        self.env.flush_all()
        self.env.invalidate_all()
        env = self.env(user=user, context={"active_test": False})
        found = []
        for name in models or env.registry:
            model = env[name]
            if name in leave_out or model._abstract or not model.has_access("read"):
                continue
            paths = self._get_text_paths(model, leave_out)
            if self._is_found(model, paths, word):
                found += [f"{name}.{path}" for path in paths if self._is_found(model, [path], word)]
        return sorted(found)

    def _get_text_paths(self, model, leave_out):
        """Return the paths to all texts of a model and of what it links to."""
        paths = self._get_text_names(model)
        for name, field in model._fields.items():
            if not field.relational or not field.store or field.comodel_name in leave_out:
                continue
            linked = model.env[field.comodel_name]
            if model._has_field_access(field, "read") and linked.has_access("read"):
                paths += [f"{name}.{text}" for text in self._get_text_names(linked)]
        return paths

    def _get_text_names(self, model):
        names = [
            name
            for name, field in model._fields.items()
            if field.type in TEXTS and field.store and model._has_field_access(field, "read")
        ]
        # Odoo finds all by the name of what has none
        return [*names, "display_name"] if model._rec_names_search or model._rec_name else names

    def _is_found(self, model, paths, word):
        domain = Domain.OR(Domain(path, "ilike", word) for path in paths)
        try:
            return bool(paths) and bool(model.search_count(domain))
        except (AccessError, ValueError):  # of one path, maybe: the others are tried without it
            return len(paths) > 1 and any(self._is_found(model, [path], word) for path in paths)

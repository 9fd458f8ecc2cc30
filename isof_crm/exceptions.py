from odoo.exceptions import UserError


class TextConflict(UserError):  # noqa: N818
    """Somebody else changed a text since it was loaded by whoever changes it once more.

    The client keeps what was typed, see ``static/src/text_conflict``; any other caller reads the
    message.

    :param str message: who wrote what
    :param dict texts: what stands there now, by model, id and the names of fields
    """

    def __init__(self, message, texts):
        super().__init__(message)
        # what Odoo sends to the client along with the message
        self.context = {"texts": texts}

from collections import defaultdict
from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, models

# What is gathered in a transaction until it is told, in ``cr.cache``.
GATHERED = "isof_crm.notices"
# Most lines of one message.
MAX_LINES = 50


class IsofNotifier(models.AbstractModel):
    """Tells people what others did, in each one's own language and on his or her own clock.

    What is told while it is gathered is one message to each person, with a line for each record;
    of a record that was told of twice the last word counts, and of one that was deleted none. Who
    did it is not told, nor who left.

    How to use: ``self.env["isof.notifier"]._tell(users, record, compose)``, where ``compose`` takes
    the record as the recipient reads it and returns subject and text; inside of
    ``with self.env["isof.notifier"]._gather():`` where one change has several parts. Notify people
    by nothing else: a text that is made before it is known who reads it is in the wrong language.
    """

    _name = "isof.notifier"
    _description = "Notifier"

    @api.model
    def _tell(self, users, record, compose):
        """Tell users about a record.

        :param users: ``res.users``; the one who acts and archived ones are left out
        :param record: a record of any model, which the message leads to; an empty one for none
        :param compose: function that takes the record in the environment of the recipient (user,
            language, clock) and returns a tuple of the subject and a line of text or ``Markup``,
            or None if there is nothing to tell
        """
        if not self.env.registry.ready:
            # add-ons are loaded, with what they show: nobody did anything
            return
        with self._gather() as notices:
            # sudo: whether colleagues are still there
            for user in users.sudo():
                if user.active and user != self.env.user:
                    lines = notices.setdefault(user.id, {})
                    # the last word about a record comes last
                    lines.pop(record, None)
                    lines[record] = compose

    @contextmanager
    def _gather(self):
        """Gather what is told until the outermost block ends; forget it if that fails.

        :return: dict of the id of a user to a dict of record to function, see ``_tell``
        """
        gathered = self.env.cr.cache
        if (notices := gathered.get(GATHERED)) is not None:
            known = {user_id: dict(lines) for user_id, lines in notices.items()}
            try:
                yield notices
            except BaseException:
                # somebody may go on without what failed, as after a savepoint
                notices.clear()
                notices.update(known)
                raise
            return
        notices = gathered[GATHERED] = {}
        try:
            yield notices
        finally:
            gathered.pop(GATHERED, None)
        there = self._filter_there({record for lines in notices.values() for record in lines})
        for user_id, lines in notices.items():
            lines = {record: compose for record, compose in lines.items() if record in there}
            self._send(self.env["res.users"].browse(user_id), lines)

    @api.model
    def _filter_there(self, records):
        """Return those of some records that were not deleted meanwhile, and empty ones."""
        ids = defaultdict(list)
        for record in records:
            ids[record._name] += record.ids
        there = {name: set(self.env[name].browse(each).exists().ids) for name, each in ids.items()}
        return {record for record in records if there[record._name].issuperset(record.ids)}

    @api.model
    def _send(self, user, lines):
        """Send a user one message.

        :param user: one ``res.users``
        :param lines: dict of record to function, see ``_tell``
        """
        env = self._get_reader_env(user)
        told = [
            (record, *notice)
            for record, compose in lines.items()
            if (notice := compose(record.with_env(env)))
        ]
        if not told:
            return
        record, subject, text = told[0]
        body = Markup("<div>%s</div>") % text
        if others := len(told) - 1:
            subject = env._("%(subject)s (and %(count)s more)", subject=subject, count=others)
            items = [text for _record, _subject, text in told[:MAX_LINES]]
            if (left_out := len(told) - MAX_LINES) > 0:
                items.append(env._("… and %(count)s more", count=left_out))
            items = Markup().join(Markup("<li>%s</li>") % item for item in items)
            body = Markup("<ul>%s</ul>") % items
        sender = record if hasattr(record, "message_notify") else self.env["mail.thread"]
        # sudo: whoever may change a record may tell those whom it concerns; what Odoo writes
        # around it is in their language
        sender.sudo().with_context(lang=env.lang, tz=env.tz.zone).message_notify(
            model=record._name,
            res_id=record.id,
            partner_ids=user.sudo().partner_id.ids,
            author_id=self.env.user.partner_id.id,
            subject=subject,
            body=body,
        )

    @api.model
    def _get_reader_env(self, user):
        """Return the environment in which a user reads: rights, companies, language and clock."""
        context = dict(user.with_user(user).context_get())
        # sudo: the clock of the company, by which people go who have told no other
        context["tz"] = context.get("tz") or user.sudo().company_id.resource_calendar_id.tz
        return self.env(user=user, su=False, context=context)

from odoo import api, models

# Being put in charge is seen in the action plan; mail goes out only on request. Followers are
# added in one go, see _subscribe_in_charge().
CREATE_CONTEXT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "isof_subscribe_later": True,
}


class IsofActivity(models.Model):
    """The chatter: followers and changes, of many activities at once as quick as of one."""

    _inherit = "isof.activity"

    @api.model_create_multi
    def create(self, vals_list):
        silent = self.with_context(**CREATE_CONTEXT)
        activities = super(IsofActivity, silent).create(vals_list).with_env(self.env)
        activities._subscribe_in_charge()
        return activities

    def write(self, vals):
        silent = self.with_context(mail_auto_subscribe_no_notify=True)
        return super(IsofActivity, silent).write(vals)

    def _subscribe_in_charge(self):
        """Let those in charge and the author follow, as the chatter would one by one."""
        if self.env.context.get("mail_create_nosubscribe") or self.env.context.get(
            "tracking_disable"
        ):
            return
        # sudo: the partners of users, to subscribe them
        for users, activities in (
            self.sudo().grouped(lambda activity: activity.user_id | activity.author_id).items()
        ):
            followers = users.filtered(lambda user: user.active and not user.share).partner_id
            self.env["mail.followers"]._insert_followers(
                self._name, activities.ids, followers.ids, customer_ids=[], check_existing=False
            )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        if self.env.context.get("isof_subscribe_later"):
            return []
        return super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)

    def _message_track(self, fields_iter, initial_values_dict):
        """Log the changes of all activities at once, which Odoo logs one by one."""
        logs = []
        tracking = super(IsofActivity, self.with_context(isof_logs=logs))._message_track(
            fields_iter, initial_values_dict
        )
        value_vals = []
        for author_id in {log["author_id"] for log in logs}:
            by_id = {log["id"]: log for log in logs if log["author_id"] == author_id}
            messages = self.browse(by_id)._message_log_batch(
                {id_: log["body"] for id_, log in by_id.items()}, author_id=author_id
            )
            value_vals += [
                vals | {"mail_message_id": message.id}
                for message in messages
                for _command, _id, vals in by_id[message.res_id]["tracking_value_ids"]
            ]
        # sudo: like Odoo, which keeps these from everybody who may not read the field
        self.env["mail.tracking.value"].sudo().create(value_vals)
        return tracking

    def _message_log(self, **kwargs):
        logs = self.env.context.get("isof_logs")
        if logs is None or not kwargs.get("tracking_value_ids"):
            return super()._message_log(**kwargs)
        logs.append({"id": self.id, **kwargs})
        return self.env["mail.message"]

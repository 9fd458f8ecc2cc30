from odoo import api, models


class IsofDemo(models.AbstractModel):
    """What the demo company needs beyond data files, laid around the present day."""

    _name = "isof.demo"
    _description = "Demo Company"

    @api.model
    def _welcome_administrator(self):
        """Let who installs it work in the demo company too, at once where nobody has worked yet."""
        admin = self.env.ref("base.user_admin")
        company = self.env.ref("isof_crm.res_company_demo")
        users = admin | self.env.ref("base.user_root")
        users.company_ids += company
        if not admin.login_date:
            users.company_id = company

    @api.model
    def _unload_company(self):
        """Have those who stay work in another company, before the add-on takes the demo one along.

        Where somebody works in no other one, Odoo keeps it. By SQL: fields of ours are on their way
        out, and the ORM would compute them.
        """
        company = self.env.ref("isof_crm.res_company_demo", raise_if_not_found=False)
        if not company:
            return
        self.env.cr.execute(
            """
            UPDATE res_users SET company_id = other.id
              FROM (SELECT user_id, min(cid) AS id FROM res_company_users_rel
                     WHERE cid <> %(company)s GROUP BY user_id) AS other
             WHERE other.user_id = res_users.id AND res_users.company_id = %(company)s;
            DELETE FROM res_company_users_rel AS works_in
             WHERE cid = %(company)s
               AND EXISTS (SELECT FROM res_company_users_rel AS other
                            WHERE other.user_id = works_in.user_id AND other.cid <> %(company)s)
            """,
            {"company": company.id},
        )

    @api.model
    def _get_demo_env(self):
        """Return the environment in which the demo company gets what it has."""
        company = self.env.ref("isof_crm.res_company_demo")
        return self.with_context(allowed_company_ids=company.ids).env

    @api.model
    def _get_contractors(self):
        """Return the demo companies and people, in order; nobody else's get anything."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "isof_crm"),
                ("model", "=", "res.partner"),
                # not the employees
                ("name", "=like", "res\\_partner\\_%"),
            ],
            order="res_id",
        )
        return self.env["res.partner"].browse(data.mapped("res_id"))

    @api.model
    def _load_activities(self):
        """Give the demo company its activities; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .activity_generator import ActivityGenerator

        ActivityGenerator(self._get_demo_env()).load()

    @api.model
    def _load_marketing(self):
        """Give the demo company's contractors their marketing data; called by the demo data."""
        # imported here, so that only a database with demo data ever loads it
        from .marketing_base import MarketingBase

        MarketingBase(self._get_demo_env()).load()

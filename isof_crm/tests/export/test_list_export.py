import io
import re
from datetime import datetime

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.export import isof_download, isof_export_job
from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestListExport(ActivityCommon):
    """What *Export All* of a list gives: the list as it is seen, with what the reader may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.group_allow_export").user_ids |= cls.salesperson_a | cls.outsider
        cls.tags = cls.env["isof.activity.tag"].create([{"name": "Blue"}, {"name": "Red"}])
        cls.call = cls._create_activity(name="=1+1", tag_ids=[Command.set(cls.tags.ids)])
        cls.visit = cls._create_activity(
            name="Visit",
            partner_id=cls.beta.id,
            start=datetime(2026, 3, 9, 9),
            stop=datetime(2026, 3, 9, 10, 30),
            tag_ids=[Command.set(cls.tags[1].ids)],
        )
        cls.fair = cls._create_activity(
            name="Fair", type_id=cls.type_meeting.id, allday=True, start=datetime(2026, 3, 20, 11)
        )
        cls.activities = cls.call | cls.visit | cls.fair

    def _export(self, columns='<field name="name" />', by=None, **vals):
        """Return the sheet of a list of all three activities, if ``vals`` do not tell another.

        :param str columns: the columns of the view, of which all are shown
        """
        model = vals.setdefault("res_model", "isof.activity")
        view = self.env["ir.ui.view"].create(
            {"name": "test", "model": model, "arch": f"<list>{columns}</list>"}
        )
        wizard = (
            self.env["isof.list.export"]
            .with_user(by or self.salesperson_a)
            .create(
                {
                    "name": "Test List",
                    "list_domain": [("id", "in", self.activities.ids)],
                    "list_order": "start desc",
                    "list_view_id": view.id,
                    "list_columns": re.findall(r'name="(\w+)"', columns),
                    **vals,
                }
            )
        )
        output = io.BytesIO()
        wizard._write_workbook(output)
        return openpyxl.load_workbook(output).active

    def _read(self, sheet):
        """Return the header and the rows below it."""
        first = int(sheet.freeze_panes[1:])
        return [list(row) for row in sheet.iter_rows(min_row=first - 1, values_only=True)]

    def test_as_it_is_seen(self):
        """The columns, their order and labels, the sorting, the filters; cells are typed."""
        sheet = self._export(
            """<field name="start" string="When" /><field name="name" /><field name="partner_id" />
            <field name="state" /><field name="tag_ids" /><field name="allday" />
            <field name="contact_phone" />""",
            list_filters=["Status: Planned or Done", "Group By: Employee"],
        )
        self.assertEqual(sheet["A1"].value, "Test List")
        self.assertEqual(sheet["A2"].value, "Status: Planned or Done")
        self.assertEqual(sheet["A3"].value, "Group By: Employee")
        self.assertRegex(sheet["A4"].value, r"^As of: .*2026")
        phone = "+48 22 111 11 11"
        labels = ["When", "Subject", "Customer", "State", "Tags", "All Day", "Contact Phone"]
        start = datetime(2026, 3, 12, 10)
        self.assertEqual(
            self._read(sheet),
            [
                labels,
                [datetime(2026, 3, 20), "Fair", "Alfa Hurt", "Planned", None, "Yes", phone],
                [start, "=1+1", "Alfa Hurt", "Planned", "Blue, Red", "No", phone],
                [datetime(2026, 3, 9, 10), "Visit", "Beta Market", "Done", "Red", "No", None],
            ],
        )
        self.assertEqual(sheet["B7"].data_type, "s")
        self.assertEqual(sheet.auto_filter.ref, "A6:G9")

    def test_totals(self):
        """Columns with a footer are summed by a formula, in cells that a filter leaves."""
        columns = '<field name="name" /><field name="duration" sum="Total" />'
        rows = self._read(self._export(columns))
        self.assertEqual([row[1] for row in rows[1:4]], [8, 0.25, 1.5])
        self.assertEqual(rows[4], ["Total", "=SUBTOTAL(9,B5:B7)"])
        rows = self._read(self._export(columns.replace("sum", "avg")))
        self.assertEqual(rows[4], ["Total", 3.25])
        rows = self._read(self._export(columns.replace("sum", "help")))
        self.assertEqual(len(rows), 4)

    def test_hidden_cells(self):
        """A cell that the list hides is empty; nobody takes it for a zero."""
        partners = self.alfa | self.gamma
        self._create_activity(partner_id=self.gamma.id, start=datetime(2026, 3, 1, 9))
        rows = self._read(
            self._export(
                """<field name="name" />
                <field name="isof_days_without_contact" invisible="not isof_last_activity_date" />
                <field name="phone" invisible="1" />""",
                res_model="res.partner",
                list_domain=[("id", "in", partners.ids)],
                list_order="name",
            )
        )
        self.assertEqual([row[0] for row in rows[1:]], ["Alfa Hurt", "Gamma Stal"])
        self.assertEqual([row[1:] for row in rows[1:]], [[None, None], [10, None]])

    def test_modifiers(self):
        """The client's language: what is empty is False; what the client alone knows is ignored."""
        columns = """<field name="id" />
            <field name="duration" sum="Total" invisible="allday" />
            <field name="note" invisible="contact_id == False" />
            <field name="result" invisible="not tag_ids" />
            <field name="location" invisible="parent.name or context.get('hidden')" />
            <field name="name" column_invisible="context.get('short')" string="Long" />
            <field name="name" string="Short" />"""
        for activity in self.activities:
            activity.write({"note": "n", "result": "r", "location": "l"})
        rows = self._read(self._export(columns, list_context={"short": True, "hidden": False}))
        self.assertEqual(rows[0][0::5], ["ID", "Short"])
        self.assertEqual(
            [row[1:] for row in rows[1:]],
            [
                [None, None, None, "l", "Fair"],
                [0.25, None, "r", "l", "=1+1"],
                [1.5, None, "r", "l", "Visit"],
                # what is hidden counts, as in the client: no formula of the rows would say so
                [9.75, None, None, None, None],
            ],
        )

    def test_nothing_to_export(self):
        with self.assertRaisesRegex(UserError, "Nothing of this list can be exported"):
            self._export('<field name="activity_ids" />')

    def test_name(self):
        """A list without a name, as in a dialogue, is called as what it lists."""
        exports = self.env["isof.list.export"].with_user(self.salesperson_a)
        exports.get_download({"res_model": "isof.activity.tag", "list_columns": ["name"]})
        export = exports.search([], order="id desc", limit=1)
        self.assertEqual(export.name, self.env["isof.activity.tag"]._description)

    def test_groups(self):
        """Groups are heads of a tree, with figures of what is below them; nothing counts twice."""
        sheet = self._export(
            '<field name="name" /><field name="duration" sum="Total" />',
            list_groupby=["partner_id", "start:month"],
        )
        self.assertEqual(
            self._read(sheet)[1:],
            [
                ["Alfa Hurt (2)", "=SUBTOTAL(9,B6:B8)"],
                ["March 2026 (2)", "=SUBTOTAL(9,B7:B8)"],
                ["Fair", 8],
                ["=1+1", 0.25],
                ["Beta Market (1)", "=SUBTOTAL(9,B10:B11)"],
                ["March 2026 (1)", "=SUBTOTAL(9,B11:B11)"],
                ["Visit", 1.5],
                ["Total", "=SUBTOTAL(9,B5:B11)"],
            ],
        )
        levels = [sheet.row_dimensions[number].outlineLevel for number in range(5, 12)]
        self.assertEqual(levels, [0, 1, 2, 2, 0, 1, 2])
        self.assertTrue(sheet["A5"].font.bold)
        self.assertFalse(sheet["A7"].font.bold)

    def test_order_of_groups(self):
        """Groups stand as in the client: by their figures, by how many they are, by themselves."""
        columns = '<field name="name" /><field name="duration" />'
        for order, expected in (
            ("duration desc, start asc", ["Alfa Hurt (2)", "Beta Market (1)"]),
            ("duration asc", ["Beta Market (1)", "Alfa Hurt (2)"]),
            ("__count asc, start desc", ["Beta Market (1)", "Alfa Hurt (2)"]),
            ("partner_id desc", ["Beta Market (1)", "Alfa Hurt (2)"]),
        ):
            with self.subTest(order):
                rows = self._read(
                    self._export(columns, list_order=order, list_groupby=["partner_id"])
                )
                self.assertEqual([row[0] for row in rows if "(" in row[0]], expected)
        # figures of groups, as the client has them, without a footer
        self.assertEqual(rows[1:3], [["Beta Market (1)", "=SUBTOTAL(9,B6:B6)"], ["Visit", 1.5]])
        self.assertEqual(len(rows), 6)

    def test_groups_that_overlap(self):
        """What has two tags is in two groups; the total says what there is, not the groups' sum."""
        rows = self._read(
            self._export(
                '<field name="name" /><field name="duration" sum="Total" />',
                list_groupby=["tag_ids"],
            )
        )
        self.assertEqual(
            rows[1:],
            [
                ["Blue (1)", 0.25],
                ["=1+1", 0.25],
                ["Red (2)", 1.75],
                ["=1+1", 0.25],
                ["Visit", 1.5],
                ["None (1)", 8],
                ["Fair", 8],
                ["Total", 9.75],
            ],
        )

        rows = self._read(self._export(list_groupby=["user_id", "tag_ids"]))
        self.assertEqual(rows[1], ["Salesperson A (3)"])

    def test_names_of_groups(self):
        labels = {
            key: [row[0] for row in self._read(self._export(list_groupby=[key]))]
            for key in ("state", "allday", "contact_id", "name")
        }
        self.assertLessEqual({"Planned (2)", "Done (1)"}, set(labels["state"]))
        self.assertLessEqual({"Yes (1)", "No (2)"}, set(labels["allday"]))
        self.assertIn("None (3)", labels["contact_id"])
        self.assertIn("=1+1 (1)", labels["name"])

    def test_empty(self):
        columns = '<field name="name" /><field name="duration" sum="Total" />'
        for keys in ([], ["partner_id"]):
            sheet = self._export(columns, list_domain=[("id", "=", False)], list_groupby=keys)
            self.assertEqual(len(self._read(sheet)), 1)

    def test_another_company(self):
        """Only companies that were switched on; who knows one alone needs no column of it."""
        foreign = self._create_activity(
            user_id=self.foreign_salesperson.id, company_id=self.other_company.id
        )
        domain = [("id", "in", (self.activities | foreign).ids)]
        rows = self._read(
            self._export('<field name="name" /><field name="company_id" />', list_domain=domain)
        )
        self.assertEqual([len(row) for row in rows], [1, 1, 1, 1])

    def test_rights(self):
        """Neither records nor fields that the reader may not read are written."""
        foreign = self._create_activity(
            user_id=self.foreign_salesperson.id, company_id=self.other_company.id
        )
        domain = [("id", "in", (self.activities | foreign).ids)]
        self.assertEqual(len(self._read(self._export(list_domain=domain))) - 1, 3)
        export = self.env["isof.list.export"].search([], order="id desc", limit=1)
        with self.assertRaises(AccessError):
            export.with_user(self.salesperson_b).check_access("read")
        with self.assertRaises(AccessError):
            self._export(by=self.outsider)
        self.patch(
            self.env.registry["isof.activity"]._fields["note"], "groups", "base.group_system"
        )
        header, *_rows = self._read(self._export('<field name="name" /><field name="note" />'))
        self.assertEqual(header, ["Subject"])
        self.env.ref("base.group_allow_export").user_ids -= self.salesperson_a
        with self.assertRaisesRegex(AccessError, "You may not export data"):
            self.env["isof.list.export"].with_user(self.salesperson_a).get_download(
                {"res_model": "isof.activity", "list_columns": []}
            )

    def test_download(self):
        """A long one is written in the background, any other one is downloaded at once."""
        vals = {
            "name": "Test List",
            "res_model": "isof.activity",
            "list_domain": [("id", "in", self.activities.ids)],
            "list_columns": ["name"],
        }
        exports = self.env["isof.list.export"].with_user(self.salesperson_a)
        action = exports.get_download(vals)
        self.assertRegex(action["url"], r"^/isof_crm/workbook/isof.list.export/\d+\.xlsx$")
        self.patch(isof_export_job, "ROWS_AT_ONCE", 2)
        action = exports.get_download(vals)
        self.assertEqual(action["tag"], "display_notification")
        job = self.env["isof.export.job"].search([], order="id desc", limit=1)
        self.assertEqual(job.res_model, "isof.list.export")
        name, output = exports.env["isof.export"]._write_file(exports.browse(job.res_id))
        with output:
            self.assertEqual(name, "Test List 2026-03-11.xlsx")
            self.assertEqual(len(self._read(openpyxl.load_workbook(output).active)), 4)

        self.patch(isof_download, "MAX_ROWS", 2)
        with self.assertRaisesRegex(UserError, "would have 3 rows"):
            exports.get_download(vals)

    def test_queries(self):
        """Ten times the rows take no more queries."""

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._export(
                """<field name="start" /><field name="name" /><field name="partner_id" />
                <field name="contact_phone" /><field name="tag_ids" />""",
                list_domain=[("partner_id", "in", (self.alfa | self.beta).ids)],
                list_groupby=["user_id"],
            )
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        self.env["isof.activity"].create(
            [
                self._prepare_activity(
                    name=f"Call {n}", tag_ids=[Command.set(self.tags[n % 2].ids)]
                )
                for n in range(30)
            ]
        )
        self.assertLessEqual(count(), few)

from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..common import ActivityCommon

HIDDEN = "you may not see what was chosen there"
SET_BY_HAND = "cannot be set by hand"


@tagged("post_install", "-at_install")
class TestGuardMixin(ActivityCommon):
    """What comes from outside is looked at, in whatever form a client sends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = cls._create_activity(
            by=cls.salesperson_b,
            name="KANAREK",
            partner_id=cls.beta.id,
            user_id=cls.salesperson_b.id,
        )
        cls.own = cls._create_activity(by=cls.salesperson_a, user_id=cls.salesperson_a.id)
        cls.env.flush_all()

    def _call(self, method, *args, context=None, user=None):
        self.env.invalidate_all()
        activities = self.env["isof.activity"].with_user(user or self.salesperson_a)
        return call_kw(activities, method, list(args), {"context": context or {}})

    def _change(self, values, names=("previous_id", "root_id"), **context):
        spec = {name: {"fields": {"display_name": {}}} for name in names}
        return self._call("onchange", [], values, list(values), spec, context=context)

    def test_a_record_is_named_in_any_form(self):
        """As an id, with its values, or as a text: the ORM takes them all."""
        id_ = self.secret.id
        forms = (id_, str(id_), float(id_), f" {id_}", {"id": id_}, {"id": str(id_)}, [id_, "x"])
        for value in forms:
            with self.subTest(value=value), self.assertRefused(AccessError, HIDDEN):
                self._change({"previous_id": value})
            with self.subTest("create", value=value), self.assertRefused(AccessError, HIDDEN):
                self._call("create", self._prepare_activity(previous_id=value))
            with self.subTest("write", value=value), self.assertRefused(AccessError, HIDDEN):
                self._call("write", self.own.ids, {"previous_id": value})
            for command in ([Command.LINK, value, 0], [Command.SET, 0, [value]], value):
                if not isinstance(command, list) or not isinstance(value, list):
                    with self.subTest(command=command), self.assertRefused(AccessError, HIDDEN):
                        self._call("write", self.own.ids, {"next_ids": [command]})
        for value in (self.secret.id, {"id": self.secret.id}):
            with (
                self.subTest("in the context", value=value),
                self.assertRefused(AccessError, HIDDEN),
            ):
                self._change({}, default_previous_id=value)
        with self.subTest("by a default"):
            self.env["ir.default"].with_user(self.salesperson_a).set(
                "isof.activity", "previous_id", self.secret.id, user_id=True
            )
            with self.assertRefused(AccessError, HIDDEN):
                self._change({})

    def test_a_record_is_not_made_of_values(self):
        """The ORM would make one, and compute the customer and the phone from it."""
        hidden = self.env["res.partner"].create(
            {"name": "KANAREK", "company_id": self.other_company.id, "phone": "+48 22 555 01 02"}
        )
        names = ("contact_id", "partner_id", "commercial_partner_id")
        for vals in (
            {"name": "q", "parent_id": hidden.id},
            {"id": self.alfa_anna.id, "parent_id": hidden.id},
            {"name": "q", "parent_id": {"id": hidden.id}},
        ):
            for name in ("contact_id", "partner_id"):
                with self.subTest(name, vals=vals), self.assertRefused(AccessError, HIDDEN):
                    self._change({name: vals}, names=names)
                with self.subTest("write", vals=vals), self.assertRefused(AccessError, HIDDEN):
                    self._call("write", self.own.ids, {name: vals})
                with self.subTest("default", vals=vals), self.assertRefused(AccessError, HIDDEN):
                    self._change({}, names=names, **{f"default_{name}": vals})

    def test_a_document_is_named_by_its_model_and_id(self):
        foreign = self.env["isof.segment"].create({"name": "KANAREK"})
        field = self.env["isof.activity"]._fields["reference"]
        self.patch(field, "selection", [("isof.segment", "Segment")])
        for text in (
            *(f"isof.segment,{foreign.id}", f"isof.segment, {foreign.id}"),
            *(f"isof.segment,0{foreign.id}", "isof.segment,x", "isof.segment"),
        ):
            with self.subTest(text), self.assertRefused(AccessError, "“Document”: " + HIDDEN):
                self._call("write", self.own.ids, {"reference": text})

    def test_lines_of_a_form(self):
        """A form sends lines that are not created yet, with lines of their own."""
        line = {"previous_id": self.secret.id}
        for commands in (
            [[Command.CREATE, "virtual_1", line]],
            [[Command.UPDATE, self.own.id, line]],
            [[Command.CREATE, "virtual_1", {"next_ids": [[Command.CREATE, "virtual_2", line]]}]],
            [[Command.LINK, self.secret.id, 0]],
            [[Command.SET, 0, self.secret.ids]],
        ):
            with self.subTest(commands=commands), self.assertRefused(AccessError, HIDDEN):
                self._change({"next_ids": commands}, names=("root_id",))

    def test_what_is_referred_to_already_stays(self):
        """Somebody else has put it there: the form sends it back with what was changed."""
        self.own.sudo().contact_ids = self.beta_barbara
        self.env["ir.rule"].create(
            {
                "name": "Hide Barbara",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.beta_barbara.id})]",
                "groups": [Command.link(self.env.ref("isof_crm.group_user").id)],
            }
        )
        both = [Command.set((self.beta_barbara | self.alfa_anna).ids)]
        self._call("write", self.own.ids, {"contact_ids": both})
        self.assertEqual(self.own.sudo().contact_ids, self.beta_barbara | self.alfa_anna)
        message = f"“Further Contact Persons”: {HIDDEN}"
        with self.assertRefused(AccessError, message):
            self._call("create", self._prepare_activity(contact_ids=both))
        other = self._create_activity(by=self.salesperson_a)
        with self.assertRefused(AccessError, message):
            self._call("write", other.ids, {"contact_ids": both})

    def test_a_copy_leaves_out_what_its_maker_may_not_read(self):
        self.patch(self.env["isof.activity"]._fields["previous_id"], "copy", True)
        self.env["isof.activity"].browse(self.own.id).previous_id = self.secret
        self.env.flush_all()
        [copy] = self._call("copy", self.own.ids)
        self.assertFalse(self.env["isof.activity"].browse(copy).previous_id)
        with self.assertRefused(AccessError, HIDDEN):
            self._call("copy", self.own.ids, {"previous_id": self.secret.id})

    def test_what_is_read_only_takes_no_value(self):
        vals = self._prepare_activity()
        for name, value in (
            ("state", "done"),
            ("root_id", self.own.id),
            ("touch_day", "2020-01-01"),
        ):
            with self.subTest(name), self.assertRefused(AccessError, SET_BY_HAND):
                self._call("write", self.own.ids, {name: value})
            with self.subTest(name), self.assertRefused(AccessError, SET_BY_HAND):
                self._call("create", {**vals, name: value})
        self.assertTrue(self._call("fields_get", ["state"], ["readonly"])["state"]["readonly"])

    def test_what_is_read_only_takes_no_default(self):
        """One that the context has for another model does no harm."""
        self.env["ir.default"].with_user(self.salesperson_a).set(
            "isof.activity", "access_user_ids", self.outsider.ids, user_id=True
        )
        id_ = self._call(
            "create",
            self._prepare_activity(start=datetime(2026, 3, 12, 9)),
            context={"default_state": "cancelled", "default_author_id": self.outsider.id},
        )
        activity = self.env["isof.activity"].browse(id_)
        self.assertRecordValues(
            activity, [{"state": "planned", "author_id": self.salesperson_a.id}]
        )
        self.assertNotIn(self.outsider, activity.access_user_ids)

    def test_records_are_found_by_what_one_may_read(self):
        """An id that anybody can send does not tell whose activity it is."""
        for name in ("isof_activity_ids", "isof_commercial_activity_ids"):
            find = self.env["res.partner"].with_user(self.salesperson_a).search
            with self.subTest(name):
                self.assertFalse(find([(name, "in", self.secret.ids)]))
                self.assertFalse(find([(name, "=", self.secret.id)]))
                found = find([(name, "in", (self.secret | self.own).ids)])
                self.assertEqual(found, self.own.partner_id)
                self.assertIn(self.beta, find([(name, "not in", self.secret.ids)]))

    def test_a_customer_that_one_may_not_read_any_more(self):
        """Given to another company later: the activity goes on being shown, and can be called."""
        self.own.sudo().contact_id = self.alfa_anna
        self.alfa_anna.phone = "+48 22 555 01 01"
        self.env["ir.rule"].create(
            {
                "name": "Hide Anna",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.alfa_anna.id})]",
            }
        )
        self.env.flush_all()
        [shown] = self._call("web_read", self.own.ids, {"contact_phone": {}, "display_name": {}})
        self.assertEqual(shown["contact_phone"], self.alfa_anna.sudo().phone)

    def test_whose_customer_somebody_is(self):
        """It decides who reads the activities, and follows from what only leaders change."""
        own = self.env["res.partner"].create(
            {"name": "Own", "is_company": True, "user_id": self.salesperson_a.id}
        )
        below = self.env["res.partner"].create(
            {
                "name": "Theirs, below",
                "is_company": True,
                "parent_id": own.id,
                "user_id": self.salesperson_b.id,
            }
        )
        self.env.flush_all()
        theirs = below.with_user(self.salesperson_a)
        with self.assertRefused(AccessError, "commercial_partner_id"):
            theirs.commercial_partner_id = own
        for name, value in (("is_company", False), ("user_id", self.salesperson_a.id)):
            with self.subTest(name), self.assertRefused(AccessError, "is a customer of"):
                theirs.write({name: value})
        theirs.write({"is_company": True, "comment": "As before"})
        below.with_user(self.team_leader).is_company = False
        self.assertEqual(below.commercial_partner_id, own)

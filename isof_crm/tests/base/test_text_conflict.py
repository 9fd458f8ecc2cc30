from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ...exceptions import TextConflict
from ..common import ActivityCommon


@tagged("post_install", "-at_install")
class TestTextConflict(ActivityCommon):
    """Two who write in the same text: the second is told what the first wrote."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._create_activity(
            name="Call",
            note="Bring samples.",
            participant_ids=[Command.link(cls.salesperson_b.id)],
        )
        cls.theirs = cls.activity.with_user(cls.salesperson_b)

    def _save(self, vals, loaded, user=None):
        activity = self.activity.with_user(user or self.salesperson_a)
        loaded = loaded and self._prepare_loaded(self.activity, loaded)
        return activity.with_context(isof_loaded=loaded).web_save(vals, {"note": {}})

    @staticmethod
    def _prepare_loaded(record, loaded):
        return {record._name: {str(record.id): loaded}}

    def test_told_what_the_other_wrote(self):
        self.theirs.note = "Bring the catalogue."
        with self.assertRefused(
            TextConflict,
            r"(?s)^Salesperson B has changed “Call – Alfa Hurt” since.*Saved once more",
        ):
            self._save({"note": "Bring cake."}, {"note": "Bring samples."})
        self.assertEqual(self.activity.note, "Bring the catalogue.")
        with self.subTest("saved once more"):
            self._save({"note": "Bring cake."}, {"note": "Bring the catalogue."})
            self.assertEqual(self.activity.note, "Bring cake.")

    def test_message_and_texts(self):
        self.theirs.write({"note": "Bring the catalogue.", "result": False})
        with self.assertRaises(TextConflict) as caught:
            self._save({"note": "x", "name": "y"}, {"note": "Bring samples.", "name": "Call"})
        self.assertIn("“Note” says now:\nBring the catalogue.", str(caught.exception))
        self.assertEqual(
            caught.exception.context,
            {"texts": self._prepare_loaded(self.activity, {"note": "Bring the catalogue."})},
        )

    def test_lines_of_a_form(self):
        """The texts of a line, in a form of ours and in one of Odoo's."""
        self.activity.previous_id = earlier = self._create_activity()
        self.theirs.note = "Bring the catalogue."
        loaded = self._prepare_loaded(self.activity, {"note": "Bring samples."})
        for form, name in (
            (self.alfa, "isof_activity_ids"),
            (earlier, "next_ids"),
        ):
            with self.subTest(form=form._name):
                form = form.with_user(self.salesperson_a).with_context(isof_loaded=loaded)
                vals = {name: [Command.update(self.activity.id, {"note": "Bring cake."})]}
                with self.assertRefused(TextConflict, "(?s)“Note” says now:\nBring the catalogue."):
                    form.web_save(vals, {})
                self.assertEqual(self.activity.note, "Bring the catalogue.")

    def test_many_in_a_list(self):
        """Nothing of it is written, where one of the texts is another by now."""
        other = self.activity.copy()
        self.theirs.note = "Bring the catalogue."
        both = (self.activity | other).with_user(self.salesperson_a)
        loaded = {str(id_): {"note": "Bring samples."} for id_ in both.ids}
        both = both.with_context(isof_loaded={"isof.activity": loaded})
        with self.assertRefused(TextConflict, "(?s)Bring the catalogue.*Nothing was saved"):
            both.web_save({"note": "Bring cake."}, {})
        self.assertEqual(other.note, "Bring samples.")
        loaded[str(self.activity.id)]["note"] = "Bring the catalogue."
        both.web_save({"note": "Bring cake."}, {})
        self.assertEqual(both.mapped("note"), ["Bring cake."] * 2)

    def test_nonsense(self):
        """A client may send whatever it likes."""
        for loaded in ("note", {"isof.activity": 1}, {"isof.activity": {str(self.activity.id): 1}}):
            activity = self.activity.with_user(self.salesperson_a).with_context(isof_loaded=loaded)
            activity.web_save({"note": str(loaded)}, {})
            self.assertEqual(self.activity.note, str(loaded))
        activity = self.activity.with_user(self.salesperson_a)
        loaded = self._prepare_loaded(self.activity, {"note": "x"})
        for commands in (5, "text", [[]], [[1]], [[1, self.activity.id, None]], [[1, "x", {}]]):
            with self.subTest(commands):
                vals = {"next_ids": commands}
                self.assertEqual(activity._find_isof_conflicts(vals, loaded), [])

    def test_nothing_to_tell(self):
        for message, theirs, vals, loaded in (
            ("another field", {"result": "Good"}, {"note": "a"}, {"note": "Bring samples."}),
            ("the same text", {"note": "b"}, {"note": "b"}, {"note": "a"}),
            ("emptied by both", {"note": False}, {"note": ""}, {"note": "b"}),
            ("nothing loaded", {"note": "c"}, {"note": "d"}, None),
            ("no text", {"priority": "1"}, {"priority": "2"}, {"priority": "0"}),
            ("not written", {"note": "e"}, {"result": "f"}, {"note": "d"}),
            ("no field", {}, {"note": "g"}, {"note": "e", "nonsense": "h"}),
        ):
            with self.subTest(message):
                self.theirs.write(theirs)
                [saved] = self._save(vals, loaded)
                for name, value in vals.items():
                    self.assertEqual(self.activity[name] or "", value)
                self.assertEqual(saved["note"] or "", self.activity.note or "")

    def test_new_record(self):
        activities = self.env["isof.activity"].with_user(self.salesperson_a)
        vals = self._prepare_activity(note="New")
        [saved] = activities.with_context(isof_loaded={"note": "x"}).web_save(vals, {"note": {}})
        self.assertEqual(saved["note"], "New")

    def test_nobody_reads_by_it(self):
        self.activity.participant_ids = False
        with self.assertRaisesRegex(AccessError, "Activity"):
            self._save({"note": "x"}, {"note": "y"}, self.salesperson_b)

from odoo.tests import Form, tagged
from odoo.tools import SQL

from ...tools import names
from ..common import ActivityCommon

PAIRS = (
    ("Kwiatkowski Sp. z o.o.", "Kwiatkowski spółka z ograniczoną odpowiedzialnością"),
    ("FHU Gżegżółka", "F.H.U. Gżegżółka"),
    ("PPHU Kwiatek", "P.P.H.U. KWIATEK s.c."),
    ("Eko-Bud", "Ekobud Sp. z o.o."),
    ("Dąb", "Dąb Sp. z o.o."),
)


@tagged("post_install", "-at_install")
class TestPartnerName(ActivityCommon):
    """Contacts are found by their name, however it is written there and here."""

    @classmethod
    def _create_companies(cls, *written, **vals):
        return cls.env["res.partner"].create(
            [{"name": name, "is_company": True, **vals} for name in written]
        )

    def test_duplicates(self):
        for first, second in PAIRS:
            with self.subTest(first, other=second):
                pair = self._create_companies(first, second, city="Zgierz")
                wizard = (
                    self.env["isof.partner.duplicate.wizard"]
                    .with_user(self.salesperson_a)
                    .create({"partner_id": pair[0].id})
                )
                wizard.action_search()
                self.assertEqual(wizard.line_ids.partner_ids, pair)
                pair.action_archive()

    def test_duplicates_in_a_zip_area_with_the_letters_of_the_country(self):
        first, second = pair = self._create_companies("Eko-Bud", "Ekobud")
        other = self._create_companies("Ekobud", zip="PL-00-950")
        first.zip, second.zip = "PL-80-299", "80-001"
        wizard = (
            self.env["isof.partner.duplicate.wizard"]
            .with_user(self.salesperson_a)
            .create({"partner_id": first.id})
        )
        wizard.action_search()
        self.assertEqual(wizard.line_ids.partner_ids, pair)
        self.assertNotIn(other, wizard.line_ids.partner_ids)

    def test_search(self):
        Partner = self.env["res.partner"].with_user(self.salesperson_a)
        for first, second in PAIRS:
            pair = self._create_companies(first, second)
            for name in (first, second):
                with self.subTest(name):
                    found = Partner.search([("display_name", "ilike", name)])
                    self.assertLessEqual(pair, found)
                    self.assertLessEqual(
                        set(pair.ids), {id_ for id_, _n in Partner.name_search(name)}
                    )
                    others = Partner.search([("display_name", "not ilike", name)])
                    self.assertFalse(others & pair)

    def test_search_by_less_than_a_name(self):
        """What is left of “FHU Ż” is in too many names."""
        company = self._create_companies("Zespół Żeglarski")
        Partner = self.env["res.partner"].with_user(self.salesperson_a)
        for text in ("FHU Ż", "sp. z o.o."):
            with self.subTest(text):
                self.assertFalse(company & Partner.search([("display_name", "ilike", text)]))

    def test_search_in_the_portal(self):
        """A customer searches the own company as in Odoo."""
        customer = self._create_user("customer", "base.group_portal")
        company = self._create_companies("Eko-Bud")
        customer.partner_id.parent_id = company
        Partner = self.env["res.partner"].with_user(customer)
        self.assertEqual(Partner.search([("display_name", "ilike", "Eko-Bud")]) & company, company)
        self.assertFalse(Partner.search([("display_name", "ilike", "Ekobud")]))
        self.assertFalse(Partner.name_search("Ekobud", operator="="))

    def test_key_follows_the_name(self):
        company = self._create_companies("Eko-Bud")
        self.assertEqual(company.isof_name_key, "ekobud")
        with Form(company) as form:
            form.name = "P.H.U. Żółw s.c."
        self.assertEqual(company.isof_name_key, "zolw")
        company.name = "ż" * 10_000
        self.assertEqual(company.isof_name_key, "z" * names.MAX_KEY)

    def test_import_of_a_customer(self):
        """An import takes the one who can be meant; a stated legal form has to be the same."""
        limited = self._create_companies("Eko-Bud Sp. z o.o.")
        Partner = self.env["res.partner"].with_user(self.salesperson_a)

        def find(name):
            return [id_ for id_, _name in Partner.name_search(name, operator="=")]

        self.assertEqual(find("EKOBUD spółka z ograniczoną odpowiedzialnością"), limited.ids)
        self.assertEqual(find("Ekobud"), limited.ids)
        self.assertFalse(find("Ekobud S.A."))
        self._create_companies("Ekobud S.A.")
        self.assertFalse(find("Ekobud"), "one of two")
        for name in ("?", 5, True, ["Ekobud"]):
            self.assertFalse(find(name))

    def test_list_for_a_segment(self):
        limited, other = self._create_companies("Eko-Bud Sp. z o.o.", "Dąb")
        segment = self.env["isof.segment"].create({"name": "Test", "mode": "static"})
        wizard = self.env["isof.segment.fill.wizard"].create(
            {
                "segment_id": segment.id,
                "text": "EKOBUD spółka z o.o.\nDĄB s.c.\nEkobud S.A.\nP.H.U.",
            }
        )
        wizard.action_match()
        self.assertEqual(wizard.found_ids, limited | other)
        self.assertEqual(wizard.line_ids.mapped("name"), ["Ekobud S.A.", "P.H.U."])

    def test_names_of_a_database_that_had_none(self):
        company = self._create_companies("Eko-Bud")
        person = self.env["res.partner"].create({"name": "Żaneta Nowak-Dąb"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET isof_name_key = NULL")
        self.env.invalidate_all()
        self.env["res.partner"]._spell_isof_names()
        self.env.invalidate_all()
        self.assertEqual(company.isof_name_key, "ekobud")
        self.assertEqual(person.isof_name_key, "zaneta nowakdab")

    def test_python_and_the_database_fold_alike(self):
        text = f"{names.ACCENTED} Gdańsk ŁÓDŹ 12 &"
        query = SQL("SELECT %s", names.fold_sql(SQL("%s", text)))
        self.assertEqual(self.env.execute_query(query), [(names.fold(text),)])

    def test_indexed(self):
        """A part of a name, and a whole one, are found without looking through all contacts."""
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes"
            " WHERE tablename = 'res_partner' AND indexdef LIKE '%%isof_name_key%%'"
        )
        indexes = " ".join(definition for (definition,) in self.env.cr.fetchall())
        self.assertIn("USING btree (isof_name_key)", indexes)
        self.assertRegex(indexes, r"USING gin \(.*isof_name_key.* gin_trgm_ops\)")

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestProductNames(TransactionCase):
    """What is read at once is what Odoo computes for each product."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("pl_PL")
        cls.products = cls.env["product.product"].create(
            [
                {"name": "Table", "default_code": "T-1"},
                {"name": "Chair", "default_code": ""},
                {"name": "Lamp", "active": False},
            ]
        )
        cls.products[0].with_context(lang="pl_PL").name = "Stół"
        attribute = cls.env["product.attribute"].create(
            {"name": "Colour", "value_ids": [Command.create({"name": name}) for name in "AB"]}
        )
        template = cls.env["product.template"].create(
            {
                "name": "Shelf",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        cls.variants = template.product_variant_ids

    def _read(self, products, is_prefetched):
        products.invalidate_recordset(flush=True)
        if is_prefetched:
            products._isof_prefetch_names()
        return products.mapped("display_name")

    def test_names_are_those_of_odoo(self):
        products = self.products | self.variants
        for context in (
            {"lang": "en_US"},
            {"lang": "pl_PL"},
            {"display_default_code": False},
            {"formatted_display_name": True},
        ):
            with self.subTest(context):
                records = products.with_context(**context)
                self.assertEqual(self._read(records, True), self._read(records, False))

    def test_names_are_read_at_once(self):
        self.products.invalidate_recordset()
        self.products._isof_prefetch_names()
        with self.assertQueryCount(0):
            names = self.products.mapped("display_name")
        self.assertEqual(names, ["[T-1] Table", "Chair", "Lamp"])
        self.assertEqual(self.variants.mapped("display_name"), ["Shelf (A)", "Shelf (B)"])

    def test_pending_change_is_read(self):
        self.products[1].write({"name": "Stool", "default_code": "S-1"})
        self.products._isof_prefetch_names()
        self.assertEqual(self.products[1].display_name, "[S-1] Stool")

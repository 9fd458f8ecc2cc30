import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Analysis extends models.Model {
    _name = "isof.analysis";

    row = fields.Char();
    choices = fields.Json();

    _records = [
        {
            id: 1,
            row: "partner_id",
            choices: [
                ["partner_id", "Contractor"],
                ["invoice_date:month", "Date: Month"],
            ],
        },
        { id: 2, row: "gone", choices: [["partner_id", "Contractor"]] },
    ];
    _views = {
        form: `
            <form>
                <field name="choices" invisible="1"/>
                <field name="row" widget="isof_analysis_choice" options="{'choices': 'choices'}"/>
            </form>`,
    };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Analysis]);

const mount = (resId) => mountView({ type: "form", resModel: "isof.analysis", resId });

test("offers what another field has, and saves the value", async () => {
    onRpc("isof.analysis", "web_save", ({ args }) => {
        expect.step(args[1].row);
    });
    await mount(1);
    expect(queryOne(".o_field_widget[name=row] input")).toHaveValue("Contractor");
    await contains(".o_field_widget[name=row] input").click();
    expect(queryAllTexts(".o_select_menu_item")).toEqual(["Contractor", "Date: Month"]);
    await contains(".o_select_menu_item:contains(Month)").click();
    await contains(".o_form_button_save").click();
    expect.verifySteps(["invoice_date:month"]);
});

test("keeps a value that is not offered", async () => {
    await mount(2);
    expect(queryOne(".o_field_widget[name=row] input")).toHaveValue("gone (not available)");
});

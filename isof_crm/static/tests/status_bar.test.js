import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Talk extends models.Model {
    _name = "isof.talk";
    name = fields.Char();
    state = fields.Selection({
        selection: [
            ["planned", "Planned"],
            ["done", "Done"],
        ],
    });
    _records = [{ id: 1, name: "Call", state: "planned" }];
}

defineMailModels();
defineModels([Talk]);

const ARCH = `
    <form>
        <header><field name="state" widget="statusbar" options="{'clickable': '1'}"/></header>
        <field name="name"/>
    </form>`;

const open = async (resId) => {
    onRpc("isof.talk", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await mountView({ resModel: "isof.talk", resId, type: "form", arch: ARCH });
    await contains(".o_statusbar_status button[data-value=done]").click();
    expect(".o_statusbar_status button[data-value=done]").toHaveAttribute("aria-checked", "true");
};

test("a status clicked on a new record is saved with the rest", async () => {
    await open();
    expect.verifySteps([]);
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ name: false, state: "done" }]);
});

test("a status clicked on a record that exists is saved at once", async () => {
    await open(1);
    expect.verifySteps([{ state: "done" }]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test, waitFor } from "@odoo/hoot";
import {
    contains,
    defineModels,
    fields,
    makeServerError,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Talk extends models.Model {
    _name = "isof.talk";
    note = fields.Text();
    result = fields.Text();
    count = fields.Integer();
    line_ids = fields.One2many({ relation: "isof.line" });
    _records = [
        { id: 1, note: "Called.", result: "", line_ids: [5, 6] },
        { id: 2, note: "Wrote.", result: "" },
    ];
}

class Line extends models.Model {
    _name = "isof.line";
    note = fields.Text();
    _records = [
        { id: 5, note: "Five." },
        { id: 6, note: "Six." },
    ];
}

class Other extends models.Model {
    note = fields.Text();
    isof_note = fields.Text();
    _records = [{ id: 1, note: "Called.", isof_note: "Ours." }];
}

defineMailModels();
defineModels([Talk, Line, Other]);

const ARCH = `<form><field name="note"/></form>`;

/** Have the server note what it is told of the texts that were loaded. */
function stepLoaded(model) {
    onRpc(model, "web_save", ({ kwargs }) => {
        expect.step(kwargs.context.isof_loaded);
    });
}

const save = async (text) => {
    await contains(".o_field_widget[name=note] textarea").edit(text, { confirm: false });
    await contains(".o_form_button_save").click();
};

test("a text that was changed comes with what was loaded", async () => {
    stepLoaded("isof.talk");
    const arch = `<form><field name="note"/><field name="result"/><field name="count"/></form>`;
    await mountView({ resModel: "isof.talk", resId: 1, type: "form", arch });
    await contains(".o_field_widget[name=count] input").edit("5", { confirm: false });
    await save("Ordered.");
    await save("Ordered 20.");
    expect.verifySteps([
        { "isof.talk": { 1: { note: "Called." } } },
        { "isof.talk": { 1: { note: "Ordered." } } },
    ]);
});

test("nothing is said of new records", async () => {
    stepLoaded("isof.talk");
    await mountView({ resModel: "isof.talk", type: "form", arch: ARCH });
    await save("New");
    expect.verifySteps([undefined]);
});

test("nothing is said of models of others", async () => {
    stepLoaded("other");
    await mountView({ resModel: "other", resId: 1, type: "form", arch: ARCH });
    await save("Ordered.");
    expect.verifySteps([undefined]);
});

test("of models of others only the texts of ours", async () => {
    stepLoaded("other");
    const arch = `<form><field name="note"/><field name="isof_note"/></form>`;
    await mountView({ resModel: "other", resId: 1, type: "form", arch });
    await contains(".o_field_widget[name=isof_note] textarea").edit("Mine", { confirm: false });
    await save("Ordered.");
    expect.verifySteps([{ other: { 1: { isof_note: "Ours." } } }]);
});

test("lines of a form", async () => {
    stepLoaded("isof.talk");
    const arch = `
        <form>
            <field name="line_ids"><list editable="bottom"><field name="note"/></list></field>
        </form>`;
    await mountView({ resModel: "isof.talk", resId: 1, type: "form", arch });
    await contains(".o_data_row:eq(1) .o_data_cell").click();
    await contains(".o_data_row:eq(1) textarea").edit("Seven.", { confirm: false });
    await contains(".o_form_button_save").click();
    expect.verifySteps([{ "isof.line": { 6: { note: "Six." } } }]);
});

test("a text of many in a list, refused and entered once more", async () => {
    expect.errors(1);
    let isRefused = false;
    onRpc("isof.talk", "web_save", ({ args, kwargs }) => {
        expect.step([args[0], kwargs.context.isof_loaded]);
        if (!isRefused) {
            isRefused = true;
            throw makeServerError({
                errorName: "odoo.addons.isof_crm.exceptions.TextConflict",
                message: "Beata has changed it.",
                context: { texts: { "isof.talk": { 2: { note: "Asked." } } } },
            });
        }
    });
    const arch = `<list multi_edit="1"><field name="note"/></list>`;
    await mountView({ resModel: "isof.talk", type: "list", arch });
    await contains(".o_list_record_selector input").click();
    const enter = async () => {
        await contains(".o_data_row:eq(0) .o_data_cell").click();
        await contains(".o_data_row:eq(0) textarea").edit("Ordered.", { confirm: "blur" });
        await contains(".modal footer .btn-primary").click();
    };
    await enter();
    expect.verifyErrors(["Beata has changed it."]);
    await contains(".o_error_dialog footer button, .modal footer button").click();
    await enter();
    expect.verifySteps([
        [[1, 2], { "isof.talk": { 1: { note: "Called." }, 2: { note: "Wrote." } } }],
        [[1, 2], { "isof.talk": { 1: { note: "Called." }, 2: { note: "Asked." } } }],
    ]);
});

/** Have somebody else write meanwhile, and the first attempt to save be refused. */
async function saveRefused() {
    expect.errors(1);
    let isRefused = false;
    onRpc("isof.talk", "web_save", ({ kwargs }) => {
        expect.step(kwargs.context.isof_loaded);
        if (!isRefused) {
            isRefused = true;
            MockServer.env["isof.talk"].write(1, { note: "Asked." });
            throw makeServerError({
                errorName: "odoo.addons.isof_crm.exceptions.TextConflict",
                message: "Beata has changed it.",
                context: { texts: { "isof.talk": { 1: { note: "Asked." } } } },
            });
        }
    });
    await mountView({ resModel: "isof.talk", resId: 1, type: "form", arch: ARCH });
    await save("Ordered.");
    await waitFor(".o_dialog");
    expect.verifyErrors(["Beata has changed it."]);
    expect(".o_dialog .modal-title").toHaveText("Changed Meanwhile");
    expect(".o_dialog .modal-body").toHaveText("Beata has changed it.");
    await contains(".o_dialog footer button").click();
}

test("what was refused stays in the form, and is saved at the second attempt", async () => {
    await saveRefused();
    expect(".o_field_widget[name=note] textarea").toHaveValue("Ordered.");
    await contains(".o_form_button_save").click();
    expect.verifySteps([
        { "isof.talk": { 1: { note: "Called." } } },
        { "isof.talk": { 1: { note: "Asked." } } },
    ]);
});

test("who discards what was refused sees what the other wrote", async () => {
    await saveRefused();
    await contains(".o_form_button_cancel").click();
    expect(".o_field_widget[name=note] textarea").toHaveValue("Asked.");
    expect.verifySteps([{ "isof.talk": { 1: { note: "Called." } } }]);
});

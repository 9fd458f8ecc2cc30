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
    _records = [{ id: 1, note: "Called.", result: "" }];
}

class Other extends models.Model {
    note = fields.Text();
    _records = [{ id: 1, note: "Called." }];
}

defineMailModels();
defineModels([Talk, Other]);

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
    expect.verifySteps([{ note: "Called." }, { note: "Ordered." }]);
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
                context: { texts: { note: "Asked." } },
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
    expect.verifySteps([{ note: "Called." }, { note: "Asked." }]);
});

test("who discards what was refused sees what the other wrote", async () => {
    await saveRefused();
    await contains(".o_form_button_cancel").click();
    expect(".o_field_widget[name=note] textarea").toHaveValue("Asked.");
    expect.verifySteps([{ note: "Called." }]);
});

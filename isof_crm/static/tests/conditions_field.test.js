import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Team extends models.Model {
    name = fields.Char();
    active = fields.Boolean();
    _records = [
        { id: 1, name: "Field", active: true },
        { id: 2, name: "Counter", active: false },
    ];
}

class Plan extends models.Model {
    team_ids = fields.Many2many({ relation: "team" });
    user_ids = fields.Many2many({ relation: "res.users" });
    _records = [{ id: 1, team_ids: [1, 2], user_ids: [serverState.userId] }];
}

defineMailModels();
defineModels([Team, Plan]);

const open = (arch) => mountView({ resModel: "plan", resId: 1, type: "form", arch });

test("what is archived is shown greyed, and says so", async () => {
    await open(`<form><field name="team_ids" widget="isof_conditions"/></form>`);
    expect(queryAllTexts(".o_tag")).toEqual(["Field", "Counter"]);
    expect(queryAllAttributes(".o_tag", "aria-label")).toEqual(["Field", "Counter (archived)"]);
    expect(".o_tag i.fa-archive").toHaveCount(1);
    expect(".o_tag:has(i.fa-archive)").toHaveStyle({ opacity: "0.6" });
});

test("what is archived can be taken out, and its state is not written", async () => {
    onRpc("web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await open(`<form><field name="team_ids" widget="isof_conditions"/></form>`);
    await click(".o_tag:last .o_delete");
    await animationFrame();
    await click(".o_form_button_save");
    await animationFrame();
    expect(queryAllTexts(".o_tag")).toEqual(["Field"]);
    expect.verifySteps([{ team_ids: [[3, 2]] }]);
});

test("people are shown with their pictures", async () => {
    onRpc("plan", "web_read", ({ kwargs, parent }) => {
        expect.step(Object.keys(kwargs.specification.user_ids.fields).sort());
        const plans = parent();
        plans[0].user_ids[0].active = false;
        return plans;
    });
    await open(`<form><field name="user_ids" widget="isof_conditions_avatar"/></form>`);
    expect(".o_tag img.o_avatar").toHaveCount(1);
    expect(".o_tag i.fa-archive").toHaveCount(1);
    expect.verifySteps([["active", "display_name"]]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import {
    contains,
    defineMenus,
    defineModels,
    fields,
    getService,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";

describe.current.tags("desktop");

class Visit extends models.Model {
    name = fields.Char();
    hours = fields.Float();
    sequence = fields.Integer();
    secret = fields.Char({ exportable: false });
    status = fields.Selection({
        selection: [
            ["planned", "Planned"],
            ["done", "Done"],
        ],
    });
    _records = [
        { id: 1, name: "Fair", hours: 8, status: "planned" },
        { id: 2, name: "Call", hours: 1, status: "done" },
    ];
}

defineMailModels();
defineModels([Visit]);

async function exportAll(xmlid) {
    defineMenus([{ id: 7, name: "App", xmlid, actionID: 1 }]);
    onRpc("has_group", () => true);
    onRpc("isof.list.export", "get_download", ({ args }) => {
        expect.step("workbook");
        const [{ list_context, ...vals }] = args;
        expect(list_context.lang).toBe("en");
        expect([vals]).toEqual([
            {
                name: "Visits",
                res_model: "visit",
                list_domain: ["&", ["hours", ">", 1], ["status", "=", "planned"]],
                list_groupby: ["status"],
                list_order: "name desc",
                list_filters: ["Planned", "Group By: Status"],
                list_view_id: -1, // that of mountView
                list_columns: ["sequence", "name", "hours"],
            },
        ]);
        return { type: "ir.actions.act_url", url: "/isof_crm/workbook/isof.list.export/1.xlsx" };
    });
    patchWithCleanup(download, { _download: ({ url }) => expect.step(url) });
    mockService("action", { doAction: (action) => expect.step(action.url) });
    await mountView({
        resModel: "visit",
        type: "list",
        arch: `
            <list default_order="name desc">
                <field name="sequence" widget="handle" />
                <field name="name" string="Subject" />
                <field name="hours" widget="float_time" sum="Total" />
                <field name="status" optional="hide" />
                <field name="secret" />
            </list>`,
        searchViewArch: `
            <search>
                <filter name="planned" string="Planned" domain="[('status', '=', 'planned')]" />
                <filter name="by_status" string="Status" context="{'group_by': 'status'}" />
            </search>`,
        domain: [["hours", ">", 1]],
        context: { search_default_planned: 1, search_default_by_status: 1 },
        config: { getDisplayName: () => "Visits" },
        loadActionMenus: true,
    });
    getService("menu").setCurrentMenu(7);
    await contains(".o_cp_action_menus .fa-cog").click();
    await contains(".o-dropdown--menu .o-dropdown-item:contains(Export All)").click();
}

test("a list of the app is exported as it is seen", async () => {
    await exportAll("isof_crm.isof_crm_menu_root");
    expect.verifySteps(["workbook", "/isof_crm/workbook/isof.list.export/1.xlsx"]);
});

test("lists of other apps are exported as ever", async () => {
    await exportAll("sale.sale_menu_root");
    expect.verifySteps(["/web/export/xlsx"]);
});

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { formatRatio } from "@isof_crm_analytics/figures_views/ratio_formatter";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Figure extends models.Model {
    _name = "isof.figure";

    team = fields.Char();
    quantity = fields.Float({ aggregator: "sum" });
    net = fields.Float({ aggregator: "sum" });
    rate = fields.Float({ aggregator: "avg" });

    _records = [{ id: 1, team: "A", quantity: 1, net: 100, rate: 0.30336 }];
    _views = {
        pivot: `
            <pivot js_class="isof_figures_pivot">
                <field name="team" type="row"/>
                <field name="net" type="measure"/>
            </pivot>`,
        graph: `
            <graph js_class="isof_figures_graph">
                <field name="team"/>
                <field name="net" type="measure"/>
            </graph>`,
    };
}

describe.current.tags("desktop");
defineMailModels();
defineModels([Figure]);

const mount = (type, context) => mountView({ type, resModel: "isof.figure", context });

test("pivot without a measure that the reader may not see", async () => {
    await mount("pivot", { pivot_measures: ["quantity", "margin", "__count"] });
    expect(queryAllTexts(".o_pivot_measure_row")).toEqual(["Quantity", "Count"]);
});

test("pivot of nothing but such measures has those of the view", async () => {
    await mount("pivot", { pivot_measures: ["margin"] });
    expect(queryAllTexts(".o_pivot_measure_row")).toEqual(["Net"]);
});

test("graph has the measure of the view instead", async () => {
    await mount("graph", { graph_measure: "margin" });
    await contains(".o_graph_view button:contains(Measures)").click();
    expect(queryAllTexts(".o-dropdown--menu .o_menu_item.selected")).toEqual(["Net"]);
});

test("ratio with two digits", async () => {
    await mountView({
        type: "pivot",
        resModel: "isof.figure",
        arch: `
            <pivot>
                <field name="rate" type="measure" widget="isof_ratio" options="{'digits': [16, 2]}"/>
            </pivot>`,
    });
    expect(queryAllTexts(".o_pivot_cell_value")).toEqual(["30.34%"]);
});

test("ratio that nobody knows is empty, and 0 is 0", () => {
    expect(formatRatio(false)).toBe("");
    expect(formatRatio(null)).toBe("");
    expect(formatRatio(0)).toBe("0%");
});

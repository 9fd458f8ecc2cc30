import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Figure extends models.Model {
    _name = "isof.figure";

    team = fields.Char();
    quantity = fields.Float({ aggregator: "sum" });
    net = fields.Float({ aggregator: "sum" });

    _records = [{ id: 1, team: "A", quantity: 1, net: 100 }];
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

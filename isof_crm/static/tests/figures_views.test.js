import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { formatRatio } from "@isof_crm/figures_views/ratio_formatter";
import { getGraphRenderer } from "@web/../tests/views/graph/graph_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Figure extends models.Model {
    _name = "isof.figure";

    team = fields.Char();
    quantity = fields.Float({ aggregator: "sum" });
    net = fields.Float({ aggregator: "sum" });
    rate = fields.Float({ aggregator: "avg" });
    company_currency_id = fields.Many2one({ relation: "res.currency" });

    _records = [
        { id: 1, team: "A", quantity: 1, net: 100, rate: 0.30336, company_currency_id: 1 },
        { id: 2, team: "B", quantity: 2, net: 50, rate: 0.30336, company_currency_id: 1 },
    ];
    _views = {
        pivot: `
            <pivot js_class="isof_figures_pivot">
                <field name="team" type="row"/>
                <field name="net" type="measure"/>
            </pivot>`,
        graph: `
            <graph
                js_class="isof_figures_graph"
                data-money="net"
                data-unmixed="company_currency_id"
            >
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

function mockSums(sums) {
    onRpc("isof.figure", "formatted_read_group", ({ parent }) => {
        const groups = parent();
        for (const group of groups) {
            if ("net:sum" in group && group.team in sums) {
                group["net:sum"] = sums[group.team];
            }
        }
        return groups;
    });
}

const getBars = (view) =>
    getGraphRenderer(view).chart.data.datasets.map(({ label, data, stack }) => [
        label,
        [...data],
        stack,
    ]);

test("graph of one currency has no reason", async () => {
    const view = await mount("graph");
    expect(".o_isof_figures_reason").toHaveCount(0);
    expect(getBars(view)).toEqual([["Net", [100, 50], ""]]);
});

test("what nobody knows is not drawn as 0", async () => {
    mockSums({ A: false });
    const view = await mount("graph");
    expect(".o_isof_figures_reason").toHaveCount(0);
    expect(getBars(view)).toEqual([["Net", [null, 50], ""]]);
    expect(getGraphRenderer(view).formatValue(null)).toBe("");
});

test("graph of several currencies draws nothing and says why", async () => {
    Figure._records[1].company_currency_id = 2;
    const view = await mount("graph");
    expect(".o_isof_figures_reason").toHaveText(/Amounts of several currencies/);
    expect(getBars(view)).toEqual([["Net", [null, null], undefined]]);
});

test("amounts of several currencies are neither stacked nor summed", async () => {
    Figure._records[1].company_currency_id = 2;
    const view = await mountView({
        type: "graph",
        resModel: "isof.figure",
        groupBy: ["team", "company_currency_id"],
    });
    expect(getBars(view)).toEqual([
        ["USD", [100, 0], undefined],
        ["EUR", [0, 50], undefined],
    ]);
});

test("pie of several currencies has no parts", async () => {
    Figure._records[1].company_currency_id = 2;
    const view = await mount("graph", { graph_mode: "pie" });
    expect(".o_isof_figures_reason").toHaveCount(1);
    expect(getGraphRenderer(view).model.data.labels.map(String)).toEqual(["No data"]);
});

test("what is counted has no currency", async () => {
    Figure._records[1].company_currency_id = 2;
    const view = await mount("graph", { graph_measure: "quantity" });
    expect(".o_isof_figures_reason").toHaveCount(0);
    expect(getBars(view)).toEqual([["Quantity", [1, 2], ""]]);
});

test("ratio with two digits", async () => {
    await mountView({
        type: "pivot",
        resModel: "isof.figure",
        domain: [["id", "=", 1]],
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

import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { currencies } from "@web/core/currency";
import { Deferred } from "@web/core/utils/concurrency";
import { WebClient } from "@web/webclient/webclient";
import { formatFigure } from "@isof_crm_analytics/analysis/analysis_format";

const ZLOTY = { id: 23, symbol: "zł", position: "after", digits: 2 };
const KINDS = [
    ["base", "Sold", "money", 2],
    ["comparison", "Before", "money", 2],
    ["delta", "Δ", "money", 2],
    ["rate", "Δ %", "percent", 1],
    ["share", "Share", "percent", 1],
    ["abc", "ABC", "text", 0],
];
const COLUMNS = KINDS.map(([kind, label, type, digits]) => ({
    key: `total.sold_net.${kind}`,
    header: 0,
    measure: "sold_net",
    kind,
    label,
    type,
    digits,
    help: "",
}));

function makeRow(label, id, values, vals = {}) {
    const path = [id];
    return {
        id: String(id),
        parent_id: null,
        level: 0,
        label,
        path,
        domain: [["partner_id", "=", id]],
        comparison_domain: [["partner_id", "=", id]],
        is_expandable: true,
        is_loaded: false,
        is_others: false,
        currency: null,
        values,
        ...vals,
    };
}

const makeChild = (label, parent, id, values) =>
    makeRow(label, `${parent}/${id}`, values, {
        parent_id: String(parent),
        level: 1,
        path: [parent, id],
        domain: [
            ["partner_id", "=", parent],
            ["product_id", "=", id],
        ],
        is_expandable: false,
    });

function makeTable(vals = {}) {
    return {
        id: 7,
        name: "Sales Statement",
        description: "What was sold",
        dataset: "sale",
        dataset_label: "Sales",
        can_write: true,
        can_export: true,
        title: {
            period: "01/01/2026 – 10/31/2026",
            comparison: "01/01/2025 – 10/31/2025",
            filters: ["Role = Goods"],
        },
        period: {
            period: "year_to_date",
            period_days: 30,
            period_id: false,
            period_type_id: false,
            date_from: false,
            date_to: false,
            comparison: "last_year",
            comparison_period_id: false,
            comparison_date_from: false,
            comparison_date_to: false,
        },
        currency: ZLOTY,
        dimensions: ["Contractor", "Product"],
        column_dimension: "",
        column_keys: [],
        headers: [{ label: "Total", span: 6, domain: [], comparison_domain: [] }],
        columns: COLUMNS,
        total: { label: "Total", values: [1600, 1500, 100, 0.0667, 1, null], currency: null },
        rows: [
            makeRow("Beta", 2, [1000, 1200, -200, -0.1667, 0.625, "A"]),
            makeRow("Alfa", 1, [500, 200, 300, 1.5, 0.3125, "B"]),
            makeRow("Others", "others", [100, 100, 0, 0, 0.0625, "C"], {
                is_others: true,
                is_expandable: false,
            }),
        ],
        base_domain: [["date", ">=", "2026-01-01"]],
        comparison_domain: [["date", ">=", "2025-01-01"]],
        chart: { type: "none", measure: "sold_net" },
        sort: "largest",
        notes: [],
        ...vals,
    };
}

class Analysis extends models.Model {
    _name = "isof.analysis";

    period = fields.Selection({
        selection: [
            ["this_year", "This year"],
            ["year_to_date", "This year to date"],
            ["last_days", "Last days"],
            ["own_period", "A certain period"],
        ],
    });
    period_days = fields.Integer();
    comparison = fields.Selection({
        selection: [
            ["none", "Nothing"],
            ["last_year", "The same time last year"],
        ],
    });
    _records = [{ id: 7, period: "year_to_date", comparison: "last_year" }];
}

class PeriodType extends models.Model {
    _name = "isof.period.type";

    name = fields.Char();
    _records = [{ id: 1, name: "Seasons" }];
}

class Period extends models.Model {
    _name = "isof.period";

    name = fields.Char();
    type_id = fields.Many2one({ relation: "isof.period.type" });
    date_from = fields.Date();
    _records = [{ id: 5, name: "Winter", type_id: 1, date_from: "2026-01-01" }];
}

class Line extends models.Model {
    _name = "isof.trade.line";

    name = fields.Char();
    _views = { list: `<list><field name="name" /></list>` };
}

describe.current.tags("desktop");

defineMailModels();
preloadBundle("web.chartjs_lib");
defineModels([Analysis, PeriodType, Period, Line]);

let table;

beforeEach(() => {
    patchWithCleanup(currencies, { 23: { symbol: "zł", position: "after", digits: [69, 2] } });
    table = makeTable();
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        if (kwargs.path) {
            expect.step(`rows of ${kwargs.path}`);
            const [parent] = kwargs.path;
            const rows = [makeChild("Bolt", parent, 9, [400, 0, 400, null, 0.8, "A"])];
            return { ...makeTable({ rows }), total: null };
        }
        return { ...table, period: { ...table.period, ...kwargs.overrides } };
    });
    onRpc("isof.analysis", "action_open_rows", ({ kwargs }) => {
        expect.step(JSON.stringify(kwargs.domain));
        return {
            type: "ir.actions.act_window",
            name: kwargs.name,
            res_model: "isof.trade.line",
            domain: [],
            views: [[false, "list"]],
        };
    });
});

async function openAnalysis() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "isof_analysis",
        name: "Sales Statement",
        params: { analysis_id: 7 },
        context: { active_id: 7 },
    });
    await animationFrame();
}

const labels = () => queryAllTexts("tbody .o_isof_analysis_label");
const figures = (row) => queryAllTexts(`tr:contains(${row}) td`);
const cell = (row, kind) => `tr:contains(${row}) td[data-kind=${kind}]`;

test("the table shows what the server sends", async () => {
    table.notes = [{ type: "warning", text: "Left out: Margin" }];
    await openAnalysis();
    expect(".o_last_breadcrumb_item").toHaveText("Sales Statement");
    expect(".o_isof_analysis_title").toHaveText(/01\/01\/2026 – 10\/31\/2026/);
    expect(".o_isof_analysis_title").toHaveText(/compared with 01\/01\/2025/);
    expect(".o_isof_analysis_title .badge").toHaveText("Role = Goods");
    expect(".o_isof_analysis_note.alert-warning").toHaveText("Left out: Margin");
    expect(queryAllTexts(".o_isof_analysis_heading")).toEqual([
        "Contractor › Product",
        "Sold",
        "Before",
        "Δ",
        "Δ %",
        "Share",
        "ABC",
    ]);
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect(figures("Beta")).toEqual([
        "1,000.00 zł",
        "1,200.00 zł",
        "−200.00 zł",
        "−16.7%",
        "62.5%",
        "A",
    ]);
    expect("tfoot .o_isof_analysis_label").toHaveText("Total");
    expect(`tfoot td[data-kind=base]`).toHaveText("1,600.00 zł");
    expect(".o_isof_analysis_others").toHaveClass("text-muted");
});

test("changes have a sign and a colour", async () => {
    await openAnalysis();
    expect(`${cell("Alfa", "delta")} span`).toHaveText("+300.00 zł");
    expect(`${cell("Alfa", "delta")} span`).toHaveClass("text-success");
    expect(`${cell("Beta", "rate")} span`).toHaveClass("text-danger");
    expect(`${cell("Others", "delta")} span`).toHaveText("0.00 zł");
    expect(`${cell("Others", "delta")} span`).toHaveClass("text-muted");
});

test("figures in the format of their column", async () => {
    await mountWithCleanup(WebClient);
    const format = (value, type, digits, kind = "base", currency = ZLOTY) =>
        formatFigure(value, { type, digits, kind }, currency).text.replaceAll("\u00a0", " ");
    expect(format(1234.5, "money", 2)).toBe("1,234.50 zł");
    expect(format(1234.5, "money", 2, "base", null)).toBe("1,234.50");
    expect(format(1234.567, "float", 1)).toBe("1,234.6");
    expect(format(12345, "integer", 0)).toBe("12,345");
    expect(format(0.25, "percent", 1)).toBe("25.0%");
    expect(format(0.021, "points", 1, "delta")).toBe("+2.1 pp");
    expect(format(-0.0001, "percent", 1, "rate")).toBe("0.0%");
    expect(format(null, "money", 2)).toBe("");
    expect(format("A", "text", 0, "abc")).toBe("A");
});

test("amounts of several currencies, each in its own", async () => {
    patchWithCleanup(currencies, { 1: { symbol: "$", position: "before", digits: [69, 2] } });
    table.currency = null;
    table.rows[0].currency = { id: 1, symbol: "$", position: "before", digits: 2 };
    await openAnalysis();
    expect(cell("Beta", "base")).toHaveText("$ 1,000.00");
    expect(cell("Alfa", "base")).toHaveText("500.00");
});

test("a click on a heading sorts, others stay last, a third click is as saved", async () => {
    await openAnalysis();
    const heading = ".o_isof_analysis_heading[data-kind=delta]";
    await contains(heading).click();
    expect(labels()).toEqual(["Alfa", "Beta", "Others"]);
    expect(heading).toHaveAttribute("aria-sort", "descending");
    await contains(heading).click();
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect(heading).toHaveAttribute("aria-sort", "ascending");
    await contains(".o_isof_analysis_heading:first").click();
    expect(labels()).toEqual(["Alfa", "Beta", "Others"]);
    await contains(".o_isof_analysis_heading:first").click();
    await contains(".o_isof_analysis_heading:first").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect(".o_isof_analysis_heading[aria-sort=none]").toHaveCount(7);
});

test("months are sorted by their days, empty figures are last", async () => {
    table.rows = [
        makeRow("February 2026", "2026-02-01", [1, 0, 1, null, 0.5, "A"]),
        makeRow("April 2026", "2026-04-01", [1, 1, 0, 0, 0.5, "A"]),
    ];
    await openAnalysis();
    await contains(".o_isof_analysis_heading[data-kind=rate]").click();
    expect(labels()).toEqual(["April 2026", "February 2026"]);
    await contains(".o_isof_analysis_heading[data-kind=rate]").click();
    expect(labels()).toEqual(["April 2026", "February 2026"]);
    await contains(".o_isof_analysis_heading:first").click();
    expect(labels()).toEqual(["February 2026", "April 2026"]);
});

test("rows below a row are loaded once, when it is opened", async () => {
    await openAnalysis();
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    expect.verifySteps(["rows of 1"]);
    expect(labels()).toEqual(["Beta", "Alfa", "Bolt", "Others"]);
    expect("tbody tr:contains(Alfa)").toHaveAttribute("aria-expanded", "true");
    expect("tbody tr:contains(Bolt)").toHaveAttribute("aria-level", "2");
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Bolt", "Others"]);
    expect.verifySteps([]);
});

test("a row that cannot be opened stays closed, and the table stays", async () => {
    expect.errors(1);
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        if (kwargs.path) {
            throw makeServerError({ message: "No luck" });
        }
    });
    await openAnalysis();
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    await animationFrame();
    expect.verifyErrors(["No luck"]);
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect(".o_isof_analysis_caret.fa-spinner").toHaveCount(0);
});

test("expand all and collapse all", async () => {
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        expect.step(`unfold ${kwargs.unfold}`);
        if (kwargs.unfold) {
            const [beta, alfa, others] = table.rows;
            return {
                ...table,
                rows: [
                    { ...beta, is_loaded: true },
                    makeChild("Nut", 2, 8, [1000, 1200, -200, -0.1, 1, "A"]),
                    { ...alfa, is_loaded: true },
                    makeChild("Bolt", 1, 9, [500, 200, 300, 1.5, 1, "A"]),
                    others,
                ],
            };
        }
    });
    await openAnalysis();
    await contains(".o_isof_analysis_unfold").click();
    expect(labels()).toEqual(["Beta", "Nut", "Alfa", "Bolt", "Others"]);
    await contains("tbody tr:contains(Beta) .o_isof_analysis_label").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Bolt", "Others"]);
    await contains(".o_isof_analysis_fold").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect.verifySteps(["unfold null", "unfold true", "unfold false"]);
});

test("a figure opens the records of its period", async () => {
    await openAnalysis();
    await contains(cell("Alfa", "base")).click();
    expect.verifySteps(['[["date",">=","2026-01-01"],["partner_id","=",1]]']);
    expect(".o_last_breadcrumb_item").toHaveText("Alfa");
    await contains(".o_back_button a, .breadcrumb-item a").click();
    await contains(cell("Alfa", "comparison")).click();
    expect.verifySteps(['[["date",">=","2025-01-01"],["partner_id","=",1]]']);
    expect(".o_last_breadcrumb_item").toHaveText("Alfa (01/01/2025 – 10/31/2025)");
});

test("a total opens all records, an empty figure none", async () => {
    await openAnalysis();
    await contains("tfoot td[data-kind=abc]").click();
    expect.verifySteps([]);
    await contains("tfoot td[data-kind=base]").click();
    expect.verifySteps(['[["date",">=","2026-01-01"]]']);
});

test("columns have a heading of their own, and their part of the records", async () => {
    const values = [300, 200, 500];
    table = makeTable({
        column_dimension: "Quarter",
        column_keys: ["2026-01-01", "2026-04-01"],
        headers: ["Q1 2026", "Q2 2026", "Total"].map((label) => ({
            label,
            span: 1,
            domain: label === "Total" ? [] : [["quarter", "=", label]],
            comparison_domain: [],
        })),
        columns: [0, 1, 2].map((header) => ({ ...COLUMNS[0], key: `${header}.sold`, header })),
        total: { label: "Total", values, currency: null },
        rows: [makeRow("Alfa", 1, values)],
    });
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        if (kwargs.path) {
            expect.step(kwargs.column_keys);
            return { ...table, rows: [makeChild("Bolt", 1, 9, values)] };
        }
    });
    await openAnalysis();
    expect(queryAllTexts(".o_isof_analysis_headers th")).toEqual([
        "",
        "Q1 2026",
        "Q2 2026",
        "Total",
    ]);
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    expect.verifySteps([["2026-01-01", "2026-04-01"]]);
    await contains("tr:contains(Bolt) td:eq(1)").click();
    expect.verifySteps([
        '[["date",">=","2026-01-01"],["partner_id","=",1],["product_id","=",9],["quarter","=","Q2 2026"]]',
    ]);
    expect(".o_last_breadcrumb_item").toHaveText("Alfa › Bolt › Q2 2026");
});

test("the keyboard moves among cells, opens, closes and sorts", async () => {
    await openAnalysis();
    expect("table [tabindex='0']").toHaveCount(1);
    queryOne("tbody tr:eq(1) .o_isof_analysis_label").focus();
    await press("ArrowRight");
    await animationFrame();
    expect.verifySteps(["rows of 1"]);
    expect("tbody tr:contains(Alfa)").toHaveAttribute("aria-expanded", "true");
    await press("ArrowDown");
    expect("tbody tr:contains(Bolt) .o_isof_analysis_label").toBeFocused();
    await press("ArrowRight");
    expect(cell("Bolt", "base")).toBeFocused();
    await press("Home");
    await press("ArrowLeft");
    expect("tbody tr:contains(Alfa) .o_isof_analysis_label").toBeFocused();
    await press("ArrowLeft");
    await animationFrame();
    expect("tbody tr:contains(Alfa)").toHaveAttribute("aria-expanded", "false");
    await press("End");
    expect(cell("Alfa", "abc")).toBeFocused();
    expect("table [tabindex='0']").toHaveCount(1);
    await press("ArrowUp");
    await press("ArrowUp");
    expect(".o_isof_analysis_heading[data-kind=abc]").toBeFocused();
    await press("Enter");
    await animationFrame();
    expect(".o_isof_analysis_heading[data-kind=abc]").toHaveAttribute("aria-sort", "ascending");
    await press("ArrowDown");
    await press("ArrowLeft");
    await press("Enter");
    await animationFrame();
    expect.verifySteps(['[["date",">=","2026-01-01"],["partner_id","=",2]]']);
});

test("another period is shown, kept on the way back, and saved", async () => {
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        expect.step(kwargs.overrides);
    });
    onRpc("isof.analysis", "web_save", () => expect.step("save"));
    onRpc("isof.analysis", "write", ({ args }) => {
        expect.step(["write", ...args]);
        return true;
    });
    await openAnalysis();
    expect(".o_isof_analysis_comparison").toHaveText(/The same time last year/);
    expect(".o_isof_analysis_save").toHaveCount(0);
    await contains(".o_isof_analysis_comparison").click();
    await contains(".o-dropdown--menu .o_menu_item:contains(Nothing)").click();
    await contains(".o_isof_analysis_period").click();
    expect(".o-dropdown--menu .selected").toHaveText("This year to date");
    await contains(".o-dropdown--menu .o_menu_item:contains(This year):first").click();
    const overrides = { comparison: "none", period: "this_year" };
    expect.verifySteps([{}, { comparison: "none" }, overrides]);
    await contains(cell("Alfa", "base")).click();
    await contains(".breadcrumb-item a").click();
    expect.verifySteps(['[["date",">=","2026-01-01"],["partner_id","=",1]]', overrides]);
    expect(".o_isof_analysis_comparison").toHaveText(/Nothing/);
    await contains(".o_isof_analysis_save").click();
    expect.verifySteps([["write", [7], overrides], {}]);
    expect(".o_isof_analysis_save").toHaveCount(0);
});

test("a period that needs more is applied when it is complete", async () => {
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        expect.step(kwargs.overrides);
    });
    table.can_write = false;
    await openAnalysis();
    await contains(".o_isof_analysis_period").click();
    await contains(".o-dropdown--menu .o_accordion_toggle:contains(A certain period)").click();
    expect(".o_isof_analysis_apply").not.toBeEnabled();
    await contains(".o-dropdown--menu select").select("5");
    await contains(".o_isof_analysis_apply").click();
    await contains(".o_isof_analysis_period").click();
    await contains(".o-dropdown--menu .o_accordion_toggle:contains(Last days)").click();
    await contains(".o-dropdown--menu input[type=number]").edit("90", { confirm: "Enter" });
    expect.verifySteps([
        {},
        { period: "own_period", period_id: 5 },
        { period: "last_days", period_id: 5, period_days: 90 },
    ]);
    expect(".o_isof_analysis_save").toHaveCount(0, { message: "it is somebody else's" });
    await contains(".o_isof_analysis_reset").click();
    expect.verifySteps([{}]);
});

test("rows that were open are open again on the way back", async () => {
    await openAnalysis();
    await contains("tbody tr:contains(Alfa) .o_isof_analysis_label").click();
    await contains(".o_isof_analysis_heading:first").click();
    await contains(cell("Bolt", "base")).click();
    await contains(".breadcrumb-item a").click();
    expect(labels()).toEqual(["Alfa", "Bolt", "Beta", "Others"]);
    expect.verifySteps([
        "rows of 1",
        '[["date",">=","2026-01-01"],["partner_id","=",1],["product_id","=",9]]',
        "rows of 1",
    ]);
});

test("a period that fails leaves the table as it was", async () => {
    expect.errors(1);
    onRpc("isof.analysis", "get_table", ({ kwargs }) => {
        if (kwargs.overrides.comparison) {
            throw makeServerError({ message: "No luck" });
        }
    });
    await openAnalysis();
    await contains(".o_isof_analysis_comparison").click();
    await contains(".o-dropdown--menu .o_menu_item:contains(Nothing)").click();
    await animationFrame();
    expect.verifyErrors(["No luck"]);
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
    expect(".o_isof_analysis_loading").toHaveCount(0);
    expect(".o_isof_analysis_save").toHaveCount(0);
});

test("while figures are read the table is busy", async () => {
    const answer = new Deferred();
    onRpc("isof.analysis", "get_table", ({ kwargs }) => kwargs.overrides.comparison && answer);
    await openAnalysis();
    await contains(".o_isof_analysis_comparison").click();
    await contains(".o-dropdown--menu .o_menu_item:contains(Nothing)").click();
    expect(".o_isof_analysis_page").toHaveAttribute("aria-busy", "true");
    answer.resolve(table);
    await animationFrame();
    expect(".o_isof_analysis_loading").toHaveCount(0);
});

test("nothing to show: it says what to do", async () => {
    table = makeTable({
        rows: [],
        total: null,
        columns: [],
        headers: [],
        dimensions: [],
        comparison_domain: null,
        notes: [{ type: "danger", text: "The filter cannot be applied" }],
    });
    await openAnalysis();
    expect(".o_isof_analysis_table").toHaveCount(0);
    expect(".alert-danger").toHaveText("The filter cannot be applied");
    expect(".o_nocontent_help").toHaveText(/Choose another period above/);
});

test("an analysis that cannot be read says why, and can be tried again", async () => {
    let isBroken = true;
    onRpc("isof.analysis", "get_table", () => {
        if (isBroken) {
            throw makeServerError({ message: "It was deleted" });
        }
    });
    await openAnalysis();
    expect(".o_nocontent_help").toHaveText(/It was deleted/);
    isBroken = false;
    await contains(".o_nocontent_help button").click();
    expect(labels()).toEqual(["Beta", "Alfa", "Others"]);
});

test("buttons for what the reader may do", async () => {
    onRpc("isof.analysis", "action_export", ({ kwargs }) => {
        expect.step(kwargs.overrides);
        return { type: "ir.actions.act_window_close" };
    });
    await openAnalysis();
    await contains(".o_isof_analysis_export").click();
    expect.verifySteps([{}]);
    await contains(".o_isof_analysis_more").click();
    expect(queryAllTexts(".o-dropdown--menu .o_menu_item")).toEqual([
        "Settings",
        "Share with Others",
        "Duplicate",
        "Send by E-mail",
        "Print",
    ]);
});

test("no export and no settings for who may not", async () => {
    Object.assign(table, { can_write: false, can_export: false });
    await openAnalysis();
    expect(".o_isof_analysis_export").toHaveCount(0);
    await contains(".o_isof_analysis_more").click();
    expect(queryAllTexts(".o-dropdown--menu .o_menu_item")).toEqual([
        "Duplicate",
        "Send by E-mail",
        "Print",
    ]);
});

test("the chart is shown and hidden", async () => {
    table.chart.type = "bar";
    await openAnalysis();
    expect(".o_isof_analysis_chart canvas").toHaveCount(1);
    expect(".o_isof_analysis_chart figcaption").toHaveText("Sold");
    await contains(".o_isof_analysis_show_chart").click();
    expect(".o_isof_analysis_chart").toHaveCount(0);
});

test("no chart of amounts of several currencies", async () => {
    table.chart.type = "bar";
    table.currency = null;
    table.rows[0].currency = { id: 1, symbol: "$", position: "before", digits: 2 };
    await openAnalysis();
    expect(".o_isof_analysis_chart").toHaveCount(0);
    expect(".o_isof_analysis_show_chart").toHaveCount(0);
});

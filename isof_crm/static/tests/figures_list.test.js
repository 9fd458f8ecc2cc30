import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";

const PLN = 1;
const CZK = 2;
const ONE_BASIS = [["basis", "=", "net"]];

class Figure extends models.Model {
    _name = "isof.figure";

    team = fields.Char();
    basis = fields.Selection({
        selection: [
            ["net", "Net Sales"],
            ["quantity", "Quantity"],
        ],
    });
    tag_ids = fields.Many2many({ relation: "isof.figure.tag" });
    company_currency_id = fields.Many2one({ relation: "isof.figure.currency" });
    quantity = fields.Float({ aggregator: "sum" });
    net = fields.Float({ aggregator: "sum" });
    price = fields.Float({ aggregator: "avg" });
    rate = fields.Float({ aggregator: "avg" });

    _records = [
        {
            id: 1,
            team: "A",
            basis: "net",
            tag_ids: [1, 2],
            company_currency_id: PLN,
            quantity: 1,
            net: 100,
            price: 100,
            rate: 0.01,
        },
        {
            id: 2,
            team: "B",
            basis: "net",
            tag_ids: [1],
            company_currency_id: PLN,
            quantity: 9,
            net: 100,
            price: 11.11,
            rate: 0.09,
        },
    ];
}

class Tag extends models.Model {
    _name = "isof.figure.tag";

    name = fields.Char();

    _records = [
        { id: 1, name: "Fair" },
        { id: 2, name: "Shop" },
    ];
}

class Currency extends models.Model {
    _name = "isof.figure.currency";

    name = fields.Char();

    _records = [
        { id: PLN, name: "PLN" },
        { id: CZK, name: "CZK" },
    ];
}

const arch = `
    <list js_class="isof_figures_list">
        <field name="team" />
        <field name="company_currency_id" column_invisible="1" />
        <field name="quantity" sum="Quantity" />
        <field name="basis" column_invisible="1" />
        <field name="net" sum="Net" data-unmixed="company_currency_id basis" />
        <field name="price" avg="Price" data-unmixed="company_currency_id basis"
            data-numerator="net" data-denominator="quantity" />
        <field name="rate" avg="Rate" widget="percentage" data-numerator="quantity"
            data-denominator="net" />
    </list>`;

describe.current.tags("desktop");

defineMailModels();
defineModels([Figure, Tag, Currency]);

async function mountFigures(params = {}) {
    await mountView({ type: "list", resModel: "isof.figure", arch, ...params });
}

function footer() {
    return queryAllTexts("tfoot .o_list_number");
}

test("ratios are ratios of the sums", async () => {
    await mountFigures();
    expect(footer()).toEqual(["10.00", "200.00", "20.00", "5%"]);
});

test("ratios of groups are ratios of their sums", async () => {
    await mountFigures({ groupBy: ["team"], domain: ONE_BASIS });
    expect(footer()).toEqual(["10.00", "200.00", "20.00", "5%"]);
});

test("ratios of the selection", async () => {
    await mountFigures();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    expect(footer()).toEqual(["9.00", "100.00", "11.11", "9%"]);
});

test("no ratio without a divisor", async () => {
    Figure._records.forEach((figure) => Object.assign(figure, { quantity: 0, price: 0 }));
    await mountFigures();
    expect(footer()).toEqual(["0.00", "200.00", "", "0%"]);
});

test("no total of several currencies", async () => {
    Figure._records[1].company_currency_id = CZK;
    await mountFigures();
    expect(footer()).toEqual(["10.00", "", "", "5%"]);
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    expect(footer()).toEqual(["9.00", "100.00", "11.11", "9%"]);
});

test("no total of groups of companies of several currencies", async () => {
    patchWithCleanup(user, {
        get activeCompanies() {
            return [
                { id: 1, currency_id: PLN },
                { id: 2, currency_id: CZK },
            ];
        },
    });
    await mountFigures({ groupBy: ["team"], domain: ONE_BASIS });
    expect(footer()).toEqual(["10.00", "", "", "5%"]);
});

test("no total of several bases", async () => {
    Figure._records[1].basis = "quantity";
    await mountFigures();
    expect(footer()).toEqual(["10.00", "", "", "5%"]);
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    expect(footer()).toEqual(["9.00", "100.00", "11.11", "9%"]);
});

test("no total of groups unless one basis is searched for", async () => {
    await mountFigures({ groupBy: ["team"] });
    expect(footer()).toEqual(["10.00", "", "", "5%"]);
});

test("no total of groups where several bases are searched for", async () => {
    await mountFigures({
        groupBy: ["team"],
        domain: ["|", ...ONE_BASIS, ["basis", "=", "quantity"]],
    });
    expect(footer()).toEqual(["10.00", "", "", "5%"]);
});

test("no total of overlapping groups", async () => {
    await mountFigures({ groupBy: ["tag_ids"] });
    expect(".o_group_header").toHaveCount(2);
    expect(footer().join("")).toBe("");
});

import { groupBy } from "@web/core/utils/arrays";
import { KeepLast } from "@web/core/utils/concurrency";
import { pick } from "@web/core/utils/objects";
import { user } from "@web/core/user";

// The key of the column of labels, to sort by it.
export const LABEL = "label";
// Rows that are opened again, at most, when the table is read anew; each is a request of its own.
const MOST_REOPENED = 30;
const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;

const isOpenable = (row) => row.is_expandable && !row.is_loaded;

/**
 * The table of a saved analysis as its reader sees it: which rows are open, how they are sorted,
 * and periods that have not been saved. The figures come from isof_analysis_table.py.
 */
export class AnalysisModel {
    /**
     * @param {Object} orm
     * @param {number} id of the analysis
     * @param {Function} notify is called when there is something new to show
     * @param {Object} [state] what exportState() returned before
     */
    constructor(orm, id, notify, { overrides = {}, unfold = null, opened = [], sort = null } = {}) {
        this.orm = orm;
        this.id = id;
        this.notify = notify;
        this.keepLast = new KeepLast();
        this.overrides = overrides;
        // as saved, unless the reader has opened or closed all levels
        this.unfold = unfold;
        // ids of the rows that are not as all others are: open, or closed if all are open
        this.toggled = new Set(opened);
        this.sort = sort;
        this.table = null;
        this.isLoading = false;
        this.loadingIds = new Set();
    }

    exportState() {
        return { ...pick(this, "overrides", "unfold", "sort"), opened: [...this.toggled] };
    }

    /**
     * Read the table, with other settings if there are any. If that fails nothing has changed.
     *
     * @param {Object} [changes] of `overrides`, `unfold` and `toggled`
     */
    async load(changes = {}) {
        const before = pick(this, "overrides", "unfold", "toggled");
        Object.assign(this, changes);
        this.isLoading = true;
        this.notify();
        try {
            this.table = await this.keepLast.add(this._fetchTable());
        } catch (error) {
            Object.assign(this, before);
            throw error;
        } finally {
            this.isLoading = false;
            this.notify();
        }
    }

    async _fetchTable() {
        const table = await this._getTable();
        table.isUnfolded = table.rows.some((row) => row.is_loaded);
        table.children = groupBy(table.rows, "parent_id");
        let opened = table.isUnfolded ? [] : table.rows.filter((row) => this.toggled.has(row.id));
        while (opened.length) {
            opened = opened.filter(isOpenable).slice(0, MOST_REOPENED);
            const loaded = await Promise.all(opened.map((row) => this._fetchRows(table, row)));
            opened = loaded.flat().filter((row) => this.toggled.has(row.id));
        }
        return table;
    }

    /** Load the rows below a row. */
    async _fetchRows(table, row) {
        const { rows, notes } = await this._getTable({
            path: row.path,
            column_keys: table.column_dimension ? table.column_keys : null,
        });
        row.is_loaded = true;
        Object.assign(table.children, groupBy(rows, "parent_id"));
        const known = new Set(table.notes.map((note) => note.text));
        table.notes.push(...notes.filter((note) => !known.has(note.text)));
        return rows;
    }

    _getTable(kwargs = {}) {
        return this.orm.call("isof.analysis", "get_table", [[this.id]], {
            overrides: this.overrides,
            unfold: this.unfold,
            ...kwargs,
        });
    }

    // ------------------------------------------------------------
    // Periods
    // ------------------------------------------------------------

    get isOverridden() {
        return Object.keys(this.overrides).length > 0;
    }

    async setPeriod(vals) {
        await this.load({ overrides: { ...this.overrides, ...vals } });
    }

    async resetPeriod() {
        await this.load({ overrides: {} });
    }

    async savePeriod() {
        await this.orm.write("isof.analysis", [this.id], this.overrides);
        await this.load({ overrides: {} });
    }

    // ------------------------------------------------------------
    // Rows
    // ------------------------------------------------------------

    /** Return what is shown: each row with its place among those below the same row. */
    get lines() {
        const lines = [];
        const add = (parentId) => {
            const rows = this._sortRows(this.table.children[parentId] || []);
            rows.forEach((row, index) => {
                const isExpanded = this.isExpanded(row);
                const isLoading = this.loadingIds.has(row.id);
                lines.push({ row, isExpanded, isLoading, place: index + 1, count: rows.length });
                if (isExpanded) {
                    add(row.id);
                }
            });
        };
        add(null);
        return lines;
    }

    /** Return the rows of the first level, as they are sorted. */
    get topRows() {
        return this._sortRows(this.table.children[null] || []);
    }

    isExpanded(row) {
        const isToggled = this.toggled.has(row.id);
        return row.is_expandable && row.is_loaded && this.table.isUnfolded !== isToggled;
    }

    async toggle(row) {
        const { table } = this;
        if (this.loadingIds.has(row.id)) {
            return;
        }
        if (isOpenable(row)) {
            this.loadingIds.add(row.id);
            this.notify();
            try {
                await this._fetchRows(table, row);
            } finally {
                this.loadingIds.delete(row.id);
                this.notify();
            }
            if (table !== this.table || this.isExpanded(row)) {
                return;
            }
        }
        this.toggled = new Set(this.toggled);
        if (!this.toggled.delete(row.id)) {
            this.toggled.add(row.id);
        }
        this.notify();
    }

    async unfoldAll() {
        await this.load({ unfold: true, toggled: new Set() });
    }

    async foldAll() {
        await this.load({ unfold: false, toggled: new Set() });
    }

    // ------------------------------------------------------------
    // Order
    // ------------------------------------------------------------

    /** Sort by a column: numbers largest first, texts from A; then the other way; then as saved. */
    sortBy(key) {
        const isText = key === LABEL || this._getColumn(key).type === "text";
        if (this.sort?.key !== key) {
            this.sort = { key, isDescending: !isText };
        } else if (this.sort.isDescending !== isText) {
            this.sort = { key, isDescending: isText };
        } else {
            this.sort = null;
        }
        this.notify();
    }

    _getColumn(key) {
        return this.table.columns.find((column) => column.key === key);
    }

    _sortRows(rows) {
        const getValue = this.sort && this._getSortValue();
        if (!getValue) {
            return rows;
        }
        const direction = this.sort.isDescending ? -1 : 1;
        const { compare } = new Intl.Collator(user.lang, { numeric: true });
        const compareRows = (left, right) => {
            const [a, b] = [getValue(left), getValue(right)];
            return (
                left.is_others - right.is_others ||
                (a === null) - (b === null) ||
                direction * (typeof a === "string" ? compare(a, b) : a - b)
            );
        };
        return rows.toSorted(compareRows);
    }

    _getSortValue() {
        const { key } = this.sort;
        if (key === LABEL) {
            // days in their order, whatever they are called
            return ({ path, label }) => (IS_DAY.test(path.at(-1)) ? path.at(-1) : label);
        }
        const index = this.table.columns.findIndex((column) => column.key === key);
        return index >= 0 && ((row) => row.values[index]);
    }

    // ------------------------------------------------------------
    // Records behind the figures
    // ------------------------------------------------------------

    /**
     * Return the domain and the name of the records behind a figure.
     *
     * @param {Object} [row] that of the total if there is none
     * @param {Object} [column] all of them if there is none
     */
    getRecords(row, column) {
        const { table } = this;
        const isBefore = column?.kind === "comparison";
        const header = table.headers[column?.header];
        const part = isBefore ? "comparison_domain" : "domain";
        const names = row ? this._getLabels(row) : [table.total.label];
        if (header && table.column_dimension) {
            names.push(header.label);
        }
        return {
            domain: [
                ...(isBefore ? table.comparison_domain : table.base_domain),
                ...(row?.[part] || []),
                ...(header?.[part] || []),
            ],
            name: isBefore ? `${names.join(" › ")} (${table.title.comparison})` : names.join(" › "),
        };
    }

    _getLabels(row) {
        const rows = Object.values(this.table.children).flat();
        const labels = [];
        for (let found = row; found; found = rows.find(({ id }) => id === found.parent_id)) {
            labels.unshift(found.label);
        }
        return labels;
    }

    // ------------------------------------------------------------
    // Chart
    // ------------------------------------------------------------

    /** Return the columns that the chart shows: of all columns, and of the one period or both. */
    get chartColumns() {
        const { chart, columns, headers } = this.table;
        return columns
            .map((column, index) => ({ ...column, index }))
            .filter(
                ({ header, measure, kind }) =>
                    header === headers.length - 1 &&
                    measure === chart.measure &&
                    ["base", "comparison"].includes(kind),
            );
    }

    get hasChart() {
        if (this.table.chart.type === "none" || !this.topRows.length || !this.chartColumns.length) {
            return false;
        }
        // bars of several currencies would say nothing
        const currencies = new Set(this.topRows.map((row) => row.currency?.id));
        return this.chartColumns[0].type !== "money" || currencies.size === 1;
    }
}

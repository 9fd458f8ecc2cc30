import { Component, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { formatFigure } from "./analysis_format";
import { LABEL } from "./analysis_model";

// A table that is wider on the screen is printed smaller, to fit a sheet across.
const PRINTED_WIDTH = 1240;

/** A row of figures: drawn again only when it has changed, as there may be thousands. */
export class AnalysisRow extends Component {
    static template = "isof_crm_analytics.AnalysisRow";
    static props = {
        row: Object,
        columns: Array,
        currency: { type: [Object, { value: null }] },
        isTotal: { type: Boolean, optional: true },
        isExpanded: { type: Boolean, optional: true },
        isLoading: { type: Boolean, optional: true },
        place: { type: Number, optional: true },
        count: { type: Number, optional: true },
    };

    get className() {
        const { row, isTotal } = this.props;
        return {
            "fw-bolder": isTotal,
            "o_isof_analysis_others text-muted fst-italic": row.is_others,
        };
    }

    get figures() {
        const { row, columns, currency } = this.props;
        return columns.map((column, index) => ({
            ...formatFigure(row.values[index], column, row.currency || currency),
            column,
            share: column.kind === "share" && !this.props.isTotal ? row.values[index] : null,
        }));
    }
}

/**
 * The table of an analysis, as a tree grid: arrow keys move among its cells, right and left open
 * and close a row at its label, Enter opens the records behind a figure, or sorts at a heading.
 */
export class AnalysisTable extends Component {
    static template = "isof_crm_analytics.AnalysisTable";
    static components = { AnalysisRow };
    static props = {
        table: Object,
        lines: Array,
        sort: { type: [Object, { value: null }] },
        onSort: Function,
        onToggle: Function,
        onOpenRecords: Function,
    };

    setup() {
        this.labelKey = LABEL;
        this.root = useRef("root");
        useExternalListener(window, "beforeprint", () => {
            const zoom = Math.min(1, PRINTED_WIDTH / this.root.el.scrollWidth);
            this.root.el.style.setProperty("--isof-print-zoom", zoom);
        });
        // one cell of the table can be reached by Tab; it is the one that was focused last
        useEffect(() => {
            if (!this.root.el.querySelector("[tabindex='0']")) {
                this.root.el.querySelector("tbody [tabindex]")?.setAttribute("tabindex", "0");
            }
        });
    }

    /** Return the columns with what their headings need. */
    get columns() {
        const { columns } = this.props.table;
        const labels = Object.fromEntries(
            columns
                .filter(({ kind }) => kind === "base")
                .map(({ measure, label }) => [measure, label]),
        );
        return columns.map((column, index) => {
            const previous = columns[index - 1];
            const isBase = column.kind === "base";
            return {
                ...column,
                isBase,
                // a line parts the measures, a stronger one the groups of columns
                className: {
                    o_isof_analysis_measure: column.measure !== previous?.measure,
                    o_isof_analysis_group: index && column.header !== previous.header,
                },
                fullLabel: isBase ? column.label : `${labels[column.measure]}: ${column.label}`,
            };
        });
    }

    getOrder(key) {
        const { sort } = this.props;
        if (sort?.key !== key) {
            return "none";
        }
        return sort.isDescending ? "descending" : "ascending";
    }

    // ------------------------------------------------------------
    // Mouse
    // ------------------------------------------------------------

    onClick(ev, newWindow) {
        const cell = ev.target.closest("[data-column]");
        const line = this.getLine(cell);
        if (!line) {
            return;
        }
        if (cell.dataset.column === LABEL && line.row.is_expandable) {
            this.props.onToggle(line.row);
        } else {
            this.openRecords(cell, newWindow);
        }
    }

    /** Return what the row of a cell shows: undefined for a heading. */
    getLine(cell) {
        const { id } = cell?.closest("tr").dataset || {};
        if (id === "total") {
            return { row: this.props.table.total, isTotal: true };
        }
        return id && this.props.lines.find((line) => line.row.id === id.slice(1));
    }

    openRecords(cell, newWindow = false) {
        const { row, isTotal } = this.getLine(cell);
        const column = this.props.table.columns[cell.dataset.column];
        if (!column || row.values[cell.dataset.column] !== null) {
            this.props.onOpenRecords(isTotal ? null : row, column, newWindow);
        }
    }

    // ------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------

    onFocusin({ target }) {
        for (const cell of this.root.el.querySelectorAll("[tabindex='0']")) {
            cell.setAttribute("tabindex", "-1");
        }
        target.closest("[tabindex]").setAttribute("tabindex", "0");
    }

    onKeydown(ev) {
        const cell = ev.target.closest("[data-column]");
        if (!cell || ev.altKey || ev.ctrlKey || ev.metaKey || ev.shiftKey) {
            return;
        }
        const isHandled = ev.key.startsWith("Arrow")
            ? this.onArrow(ev.key, cell)
            : this.onOtherKey(ev.key, cell);
        if (isHandled) {
            ev.preventDefault();
            ev.stopPropagation();
        }
    }

    onArrow(key, cell) {
        const line = this.getLine(cell);
        if (line?.row.is_expandable && cell.dataset.column === LABEL) {
            if (key === "ArrowRight" && !line.isExpanded) {
                this.props.onToggle(line.row);
                return true;
            }
            if (key === "ArrowLeft" && line.isExpanded) {
                this.props.onToggle(line.row);
                return true;
            }
        }
        if (key === "ArrowLeft" && cell.dataset.column === LABEL) {
            return line?.row.parent_id ? this.focusLabel(line.row.parent_id) : true;
        }
        const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
        return key === "ArrowLeft" || key === "ArrowRight"
            ? this.focusBeside(cell, step)
            : this.focusBelow(cell, step);
    }

    onOtherKey(key, cell) {
        const cells = [...cell.closest("tr").querySelectorAll("[data-column]")];
        const line = this.getLine(cell);
        switch (key) {
            case "Home":
                cells[0].focus();
                return true;
            case "End":
                cells.at(-1).focus();
                return true;
            case " ":
            case "Enter":
                if (!line) {
                    this.props.onSort(cell.dataset.column);
                } else if (key === "Enter") {
                    this.openRecords(cell);
                } else if (line.row.is_expandable) {
                    this.props.onToggle(line.row);
                }
                return true;
        }
        return false;
    }

    focusLabel(id) {
        this.root.el.querySelector(`[data-id="-${CSS.escape(id)}"] [data-column]`).focus();
        return true;
    }

    focusBeside(cell, step) {
        const cells = [...cell.closest("tr").querySelectorAll("[data-column]")];
        cells[cells.indexOf(cell) + step]?.focus();
        return true;
    }

    focusBelow(cell, step) {
        // headings have the keys of columns instead of their places
        const rows = [...this.root.el.querySelectorAll("tr.o_isof_analysis_line")];
        const own = cell.closest("tr");
        const place = [...own.querySelectorAll("[data-column]")].indexOf(cell);
        const row = rows[rows.indexOf(own) + step];
        row?.querySelectorAll("[data-column]")[place]?.focus();
        return true;
    }
}

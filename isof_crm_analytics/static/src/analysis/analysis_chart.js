/* global Chart */
import { Component, onWillStart, useEffect, useExternalListener, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getBorderWhite, getColor, getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";
import { formatFigure } from "./analysis_format";

// More rows than that cannot be told apart.
const MOST_ROWS = { bar: 25, line: 120, pie: 10 };
const MOST_ROWS_SMALL = { bar: 8, line: 24, pie: 6 };
const LONGEST_LABEL = 18;

/** Shorten a label: of a path, like that of a category, the last part says most. */
function shorten(label) {
    const text = label.length > LONGEST_LABEL ? label.split(" / ").at(-1) : label;
    return text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;
}

/** Bars, a line or a pie of the first measure, of the rows of the first level. */
export class AnalysisChart extends Component {
    static template = "isof_crm_analytics.AnalysisChart";
    static props = { table: Object, rows: Array, columns: Array, onOpenRecords: Function };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                this.chart = new Chart(this.canvas.el, this.getConfig());
                return () => this.chart.destroy();
            },
            () => [this.props.table, this.props.rows.map((row) => row.id).join()],
        );
        // paper is narrower than the screen
        useExternalListener(window, "beforeprint", () => this.chart.resize(1000, 240));
        useExternalListener(window, "afterprint", () => this.chart.resize());
    }

    get type() {
        return this.props.table.chart.type;
    }

    get title() {
        return this.props.columns[0].label;
    }

    get most() {
        return (this.env.isSmall ? MOST_ROWS_SMALL : MOST_ROWS)[this.type];
    }

    /** Return the rows that can be drawn. */
    get shownRows() {
        const [{ index }] = this.props.columns;
        const rows = this.props.rows.filter(
            (row) =>
                row.values[index] !== null &&
                (this.type !== "line" || !row.is_others) &&
                (this.type !== "pie" || row.values[index] > 0),
        );
        return rows.slice(0, this.most);
    }

    /** Say so if not all is drawn. */
    get hint() {
        const [count, total] = [this.shownRows.length, this.props.rows.length];
        return count === this.most && count < total
            ? _t("the first %(count)s of %(total)s rows", { count, total })
            : "";
    }

    /** Return what the columns of the chart are called: the periods that they are of. */
    getPeriod({ kind }) {
        const { period, comparison } = this.props.table.title;
        return kind === "comparison" ? comparison : period;
    }

    getConfig() {
        const rows = this.shownRows;
        const isPie = this.type === "pie";
        const scheme = cookie.get("color_scheme");
        const columns = isPie ? this.props.columns.slice(0, 1) : this.props.columns;
        return {
            type: this.type,
            data: {
                labels: rows.map((row) => row.label),
                datasets: columns.map((column, index) => ({
                    label: this.getPeriod(column),
                    data: rows.map((row) => row.values[column.index]),
                    ...this.getStyle(scheme, column, rows.length),
                })),
            },
            options: this.getOptions(scheme, rows, columns),
        };
    }

    getStyle(scheme, { kind }, count) {
        if (this.type === "pie") {
            return {
                backgroundColor: Array.from({ length: count }, (_, index) =>
                    getColor(index, scheme, count),
                ),
                borderColor: getBorderWhite(scheme),
            };
        }
        const isBefore = kind === "comparison";
        const color = isBefore
            ? getCustomColor(scheme, "#CED4DA", "#5A5F69")
            : getColor(0, scheme, "sm");
        return {
            backgroundColor: color,
            borderColor: color,
            borderRadius: this.type === "bar" ? 3 : undefined,
            borderDash: isBefore && this.type === "line" ? [5, 4] : undefined,
            maxBarThickness: 40,
            pointRadius: 3,
        };
    }

    getOptions(scheme, rows, columns) {
        const isPie = this.type === "pie";
        const color = getCustomColor(scheme, "#374151", "#E4E4E4");
        const grid = getCustomColor(scheme, "rgba(0,0,0,.08)", "rgba(255,255,255,.12)");
        const format = (value, { dataIndex, datasetIndex }) =>
            formatFigure(
                value,
                columns[datasetIndex],
                rows[dataIndex].currency || this.props.table.currency,
            ).text;
        return {
            animation: { duration: 300 },
            maintainAspectRatio: false,
            interaction: isPie ? {} : { mode: "index", intersect: false },
            onClick: (ev, elements, chart) => this.onClick(ev, chart, rows, columns),
            onHover: (ev, elements) => {
                ev.native.target.style.cursor = elements.length ? "pointer" : "";
            },
            plugins: {
                legend: {
                    display: isPie || columns.length > 1,
                    position: isPie && !this.env.isSmall ? "right" : "bottom",
                    labels: { color, boxWidth: 12, boxHeight: 12, useBorderRadius: true },
                },
                tooltip: {
                    callbacks: {
                        label: (item) =>
                            `${isPie ? item.label : item.dataset.label}: ${format(item.raw, item)}`,
                    },
                },
            },
            scales: isPie
                ? {}
                : {
                      x: {
                          grid: { display: false },
                          ticks: { color, callback: (value, index) => shorten(rows[index].label) },
                      },
                      y: {
                          beginAtZero: true,
                          border: { display: false },
                          grid: { color: grid },
                          ticks: { color, maxTicksLimit: 6, callback: this.formatTick.bind(this) },
                      },
                  },
        };
    }

    formatTick(value) {
        const [column] = this.props.columns;
        return column.type === "percent"
            ? formatFigure(value, column).text
            : formatFloat(value, { humanReadable: true, decimals: 1 });
    }

    onClick(ev, chart, rows, columns) {
        const [element] = chart.getElementsAtEventForMode(
            ev.native,
            "nearest",
            { intersect: true },
            false,
        );
        if (element) {
            this.props.onOpenRecords(rows[element.index], columns[element.datasetIndex]);
        }
    }
}

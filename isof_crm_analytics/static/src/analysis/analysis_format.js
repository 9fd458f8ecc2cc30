import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { floatIsZero } from "@web/core/utils/numbers";
import { nbsp } from "@web/core/utils/strings";
import { formatFloat } from "@web/views/fields/formatters";

const CHANGES = ["delta", "rate"];
const MINUS = "−";
const MARK_COLORS = { A: "success", B: "warning", C: "secondary" };

function formatNumber(value, { type, digits }, currency) {
    const options = { digits: [16, digits] };
    switch (type) {
        case "money":
            return formatCurrency(value, currency?.id, options);
        case "percent":
            return `${formatFloat(value * 100, options)}%`;
        case "points":
            return _t("%s pp", formatFloat(value * 100, options)).replace(" ", nbsp);
        default:
            return formatFloat(value, options);
    }
}

/** Return whether a number is shown as 0. */
function isShownAsZero(value, { type, digits }) {
    return floatIsZero(["percent", "points"].includes(type) ? value * 100 : value, digits);
}

/**
 * Return how a figure is shown.
 *
 * @param {number|string|null} value
 * @param {Object} column
 * @param {Object|null} currency
 * @returns {{ text: string, className: string }}
 */
export function formatFigure(value, column, currency) {
    if (value === null) {
        return { text: "", className: "" };
    }
    if (column.type === "text") {
        const color = MARK_COLORS[value] || "secondary";
        return { text: value, className: `badge rounded-pill text-bg-${color}` };
    }
    if (!CHANGES.includes(column.kind)) {
        return { text: formatNumber(value, column, currency), className: "" };
    }
    const size = formatNumber(Math.abs(value), column, currency);
    if (isShownAsZero(value, column)) {
        return { text: size, className: "text-muted" };
    }
    return value > 0
        ? { text: `+${size}`, className: "text-success" }
        : { text: `${MINUS}${size}`, className: "text-danger" };
}

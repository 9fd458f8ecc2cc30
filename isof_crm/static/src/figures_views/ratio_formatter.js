import { registry } from "@web/core/registry";
import { formatPercentage } from "@web/views/fields/formatters";

/** Percentage that stays empty where there is none; Odoo's own shows 0%. */
export function formatRatio(value, options) {
    return value === false || value === null || value === undefined
        ? ""
        : formatPercentage(value, options);
}
formatRatio.extractOptions = formatPercentage.extractOptions;

registry.category("formatters").add("isof_ratio", formatRatio);

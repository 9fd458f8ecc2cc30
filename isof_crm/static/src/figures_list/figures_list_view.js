import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

const formatters = registry.category("formatters");

function sum(values, name) {
    return values.reduce((total, value) => total + (value[name] || 0), 0);
}

/**
 * List whose footer tells the truth about ratios, currencies and overlapping groups.
 *
 * The model is an `isof.figures.mixin`, which marks the columns: `data-numerator` and
 * `data-denominator` of a ratio, `data-unmixed` with the fields that the rows of a total must
 * have in common.
 */
export class FiguresListRenderer extends ListRenderer {
    computeAggregates() {
        const { list } = this.props;
        const ofGroups = list.isGrouped && !list.selection.length;
        if (ofGroups && list.groupByField.type === "many2many") {
            // What belongs to several groups would count once in each.
            return {};
        }
        const aggregates = super.computeAggregates();
        const values = this.getFigures(ofGroups);
        for (const column of this.columns) {
            const aggregate = aggregates[column.name];
            if (!aggregate) {
                continue;
            }
            const common = column.attrs["data-unmixed"]?.split(" ") || [];
            if (common.some((name) => this.isMixed(name, ofGroups, values))) {
                aggregate.value = "";
            } else if (column.attrs["data-numerator"]) {
                aggregate.value = this.formatRatio(column, values);
            }
        }
        return aggregates;
    }

    /** What the footer is about: the selected records, the groups, or the records. */
    getFigures(ofGroups) {
        const { list } = this.props;
        if (ofGroups) {
            return list.groups.map((group) => group.aggregates);
        }
        return (list.selection.length ? list.selection : list.records).map(({ data }) => data);
    }

    /**
     * Whether what the footer is about may have several values of a field.
     *
     * Groups do not know what is within: any currency of the companies may be there, and of
     * another field any value that is not searched for.
     */
    isMixed(name, ofGroups, values) {
        if (!ofGroups) {
            return new Set(values.map((value) => value[name]?.id ?? value[name])).size > 1;
        }
        if (name === "company_currency_id") {
            return new Set(user.activeCompanies.map((company) => company.currency_id)).size > 1;
        }
        const { domain } = this.props.list;
        const isOneSearched = domain.some(
            ([field, operator]) => field === name && operator === "=",
        );
        return !isOneSearched || domain.includes("|") || domain.includes("!");
    }

    formatRatio({ attrs, name, widget }, values) {
        const divisor = sum(values, attrs["data-denominator"]);
        if (!divisor) {
            return "";
        }
        const field = this.fields[name];
        const format = formatters.get(widget, false) || formatters.get(field.type);
        const digits = attrs.digits ? JSON.parse(attrs.digits) : undefined;
        return format(sum(values, attrs["data-numerator"]) / divisor, { digits });
    }
}

registry.category("views").add("isof_figures_list", {
    ...listView,
    Renderer: FiguresListRenderer,
});

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { pivotView } from "@web/views/pivot/pivot_view";

// What tells figures apart besides the field itself.
const DIVIDING = { company_currency_id: ["company_id"] };

const isKnown = (name, fields) => name.startsWith("__count") || name in fields;

/**
 * Pivot that leaves out the measures that its reader may not see.
 *
 * Actions and favourites are for several roles, but Odoo's pivot fails on a measure without a
 * field. If nothing is left, the measures are those of the view.
 */
class FiguresPivotModel extends pivotView.Model {
    load(searchParams) {
        const { pivot_measures: wanted, ...context } = searchParams.context;
        const measures = wanted?.filter((name) => isKnown(name, this.metaData.fields));
        if (measures?.length) {
            context.pivot_measures = measures;
        }
        return super.load({ ...searchParams, context });
    }
}

/**
 * Graph that shows the measure of the view where its reader may not see the one asked for.
 *
 * What nobody knows is not drawn as 0, and what is of several currencies or the like is never
 * added up: neither in a bar nor by putting bars on top of each other.
 */
class FiguresGraphModel extends graphView.Model {
    load(searchParams) {
        const { graph_measure: measure, ...context } = searchParams.context;
        if (measure && isKnown(measure, this.metaData.fields)) {
            context.graph_measure = measure;
        }
        return super.load({ ...searchParams, context });
    }

    /** Why there are figures that cannot be drawn; empty if there are none. */
    get reason() {
        const { fields, mixed } = this.metaData;
        if (!mixed?.length || this.useSampleModel) {
            return "";
        }
        if (mixed.includes("company_currency_id")) {
            return _t(
                "Amounts of several currencies are never added up: divide by company or currency, or switch the others off.",
            );
        }
        return _t(
            "Figures that differ in “%s” are never added up: divide by it, or filter.",
            fields[mixed[0]].string,
        );
    }

    async _loadDataPoints(metaData) {
        const [result, mixed] = await Promise.all([
            super._loadDataPoints(metaData),
            this._findMixed(metaData),
        ]);
        metaData.mixed = mixed;
        // Each bar of several, and yet of one currency, would not tell which.
        const isDivided = mixed.every((name) =>
            metaData.groupBy.some(
                ({ fieldName }) => DIVIDING[name]?.includes(fieldName) || fieldName === name,
            ),
        );
        for (const point of result[0]) {
            if (point.value === false || !isDivided) {
                point.value = null;
            }
        }
        return result;
    }

    /** The fields that all figures of the measure must have in common, and have not. */
    async _findMixed({ resModel, domain, measure, money, unmixed }) {
        if (!money?.includes(measure)) {
            return [];
        }
        const aggregates = unmixed.map((name) => `${name}:count_distinct`);
        const [counts] = await this.orm.formattedReadGroup(resModel, domain, [], aggregates, {
            context: this.searchParams.context,
        });
        return unmixed.filter((_name, position) => counts?.[aggregates[position]] > 1);
    }

    _prepareData(...args) {
        if (this.metaData.mixed?.length) {
            this.metaData = { ...this.metaData, stacked: false };
        }
        super._prepareData(...args);
    }

    _getProcessedDataPoints() {
        const { mixed, mode } = this.metaData;
        return mixed?.length && mode === "pie" ? [] : super._getProcessedDataPoints();
    }
}

class FiguresGraphRenderer extends graphView.Renderer {
    static template = "isof_crm.FiguresGraphRenderer";

    formatValue(value, ...args) {
        return value === null ? "" : super.formatValue(value, ...args);
    }
}

/** The names in an attribute of a view, which `isof.figures.mixin` sets. */
const getNames = (arch, name) => arch.getAttribute(name)?.split(" ") || [];

const views = registry.category("views");
views.add("isof_figures_pivot", { ...pivotView, Model: FiguresPivotModel });
views.add("isof_figures_graph", {
    ...graphView,
    Model: FiguresGraphModel,
    Renderer: FiguresGraphRenderer,
    props(genericProps, view) {
        const props = graphView.props(genericProps, view);
        if (!genericProps.state) {
            props.modelParams.money = getNames(genericProps.arch, "data-money");
            props.modelParams.unmixed = getNames(genericProps.arch, "data-unmixed");
        }
        return props;
    },
});

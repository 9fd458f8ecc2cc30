import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { pivotView } from "@web/views/pivot/pivot_view";

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

/** Graph that shows the measure of the view where its reader may not see the one asked for. */
class FiguresGraphModel extends graphView.Model {
    load(searchParams) {
        const { graph_measure: measure, ...context } = searchParams.context;
        if (measure && isKnown(measure, this.metaData.fields)) {
            context.graph_measure = measure;
        }
        return super.load({ ...searchParams, context });
    }
}

const views = registry.category("views");
views.add("isof_figures_pivot", { ...pivotView, Model: FiguresPivotModel });
views.add("isof_figures_graph", { ...graphView, Model: FiguresGraphModel });

import { _t } from "@web/core/l10n/translation";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ExportAll } from "@web/views/list/export_all/export_all";
import { ListController } from "@web/views/list/list_controller";

// In the app of ISOF CRM, "Export All" of a list gives the workbook of its other exports: with
// the title, the filters, typed cells and totals. "Export" of chosen rows and fields stays core's.

const APP = "isof_crm.isof_crm_menu_root";

patch(ExportAll.prototype, {
    async onDirectExportData() {
        const app = this.env.services.menu.getCurrentApp();
        if (app?.xmlid === APP && this.env.config.viewType === "list") {
            this.env.searchModel.trigger("isof-export-list");
        } else {
            await super.onDirectExportData();
        }
    },
});

patch(ListController.prototype, {
    setup() {
        super.setup();
        useBus(this.env.searchModel, "isof-export-list", () => this.exportIsofList());
    },

    /** Download the list as it is seen. */
    async exportIsofList() {
        const { root } = this.model;
        const action = await this.orm.call("isof.list.export", "get_download", [
            {
                name: this.env.config.getDisplayName(),
                res_model: root.resModel,
                list_domain: root.domain,
                list_context: root.context,
                list_groupby: root.groupBy,
                list_order: root.orderBy
                    .map(({ name, asc }) => `${name} ${asc ? "asc" : "desc"}`)
                    .join(", "),
                list_filters: this.env.searchModel.facets.map(describeFacet),
                list_view_id: this.env.config.viewId || 0,
                list_columns: this.getExportableFields().map(({ name }) => name),
            },
        ]);
        await this.actionService.doAction(action);
    },
});

/** Return a filter or grouping of the search bar in words. */
function describeFacet({ type, title, values, separator }) {
    const label = type === "groupBy" ? _t("Group By") : title;
    const text = values.join(` ${separator} `);
    return label ? `${label}: ${text}` : text;
}

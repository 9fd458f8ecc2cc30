import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

// Offers a workbook that was written in the background, wherever its user works by now.
export const exportReadyService = {
    dependencies: ["action", "bus_service", "notification"],
    start(env, { action, bus_service, notification }) {
        bus_service.subscribe("isof_crm.export_ready", ({ name, url }) => {
            const close = notification.add(_t("Your workbook is ready."), {
                title: name,
                type: "success",
                sticky: true,
                buttons: [
                    {
                        name: _t("Download"),
                        primary: true,
                        onClick: () => {
                            close();
                            action.doAction({
                                type: "ir.actions.act_url",
                                url,
                                target: "download",
                            });
                        },
                    },
                ],
            });
        });
        bus_service.start();
    },
};

registry.category("services").add("isof_crm.export_ready", exportReadyService);

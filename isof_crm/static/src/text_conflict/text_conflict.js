import { odooExceptionTitleMap, WarningDialog } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { Record } from "@web/model/relational_model/record";

const TEXT_CONFLICT = "odoo.addons.isof_crm.exceptions.TextConflict";
const TEXTS = ["char", "html", "text"];

registry.category("error_dialogs").add(TEXT_CONFLICT, WarningDialog);
odooExceptionTitleMap.set(TEXT_CONFLICT, _t("Changed Meanwhile"));

/**
 * Have the records of our models say, along with a text that was changed, what stood there when
 * it was loaded: the server refuses it where somebody else has changed it meanwhile. What was
 * typed stays in the form. Once the user has been told, saving it anew replaces the other text,
 * and discarding shows it.
 */
patch(Record.prototype, {
    get context() {
        const { isofLoaded } = this;
        return isofLoaded ? { ...super.context, isof_loaded: isofLoaded } : super.context;
    },

    getIsofLoaded() {
        if (!this.resId || !this.resModel.startsWith("isof.")) {
            return null;
        }
        const names = Object.keys(this._changes).filter((name) =>
            TEXTS.includes(this.fields[name]?.type),
        );
        const loaded = { ...this._values, ...this.isofTold };
        return names.length && Object.fromEntries(names.map((name) => [name, loaded[name]]));
    },

    async discard() {
        const wasTold = Boolean(this.isofTold);
        await super.discard();
        if (wasTold) {
            await this.load();
        }
    },

    async _save({ onError, ...options } = {}) {
        const onRefused = (error) => {
            if (error.exceptionName === TEXT_CONFLICT) {
                this.isofTold = { ...this.isofTold, ...error.data.context.texts };
            }
        };
        this.isofLoaded = this.getIsofLoaded();
        try {
            return await super._save({
                ...options,
                onError:
                    onError &&
                    ((error, ...args) => {
                        onRefused(error);
                        return onError(error, ...args);
                    }),
            });
        } catch (error) {
            onRefused(error);
            throw error;
        } finally {
            this.isofLoaded = null;
        }
    },

    _setData() {
        this.isofTold = null;
        return super._setData(...arguments);
    },
});

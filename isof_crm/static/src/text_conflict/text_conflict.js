import { odooExceptionTitleMap, WarningDialog } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { x2ManyCommands } from "@web/core/orm_service";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { DataPoint } from "@web/model/relational_model/datapoint";
import { DynamicList } from "@web/model/relational_model/dynamic_list";
import { Record } from "@web/model/relational_model/record";

const TEXT_CONFLICT = "odoo.addons.isof_crm.exceptions.TextConflict";
const TEXTS = ["char", "html", "text"];
const LISTS = ["one2many", "many2many"];

registry.category("error_dialogs").add(TEXT_CONFLICT, WarningDialog);
odooExceptionTitleMap.set(TEXT_CONFLICT, _t("Changed Meanwhile"));

/** Return those of the names of fields of a record that are of texts of ours. */
function getTexts(record, names) {
    const isOurs = record.resModel.startsWith("isof.");
    return names.filter(
        (name) => (isOurs || name.startsWith("isof_")) && TEXTS.includes(record.fields[name]?.type),
    );
}

/** Return a record and the lines of it that were changed, at any depth. */
function getChanged(record) {
    const records = [record];
    for (const [name, list] of Object.entries(record._changes)) {
        if (LISTS.includes(record.fields[name]?.type)) {
            for (const [command, id] of list._commands) {
                if (command === x2ManyCommands.UPDATE && list._cache[id]) {
                    records.push(...getChanged(list._cache[id]));
                }
            }
        }
    }
    return records;
}

/**
 * Return what stood in texts that are changed when they were loaded, or what the user was told
 * since: by model, id and name.
 *
 * @param {Record[]} records
 * @param {(record: Record) => string[]} getNames which of their fields are changed
 */
function getLoaded(records, getNames) {
    const loaded = {};
    for (const record of records) {
        const names = record.resId ? getTexts(record, getNames(record)) : [];
        if (names.length) {
            const values = { ...record._values, ...record.isofTold };
            loaded[record.resModel] ||= {};
            loaded[record.resModel][record.resId] = Object.fromEntries(
                names.map((name) => [name, values[name]]),
            );
        }
    }
    return Object.keys(loaded).length ? loaded : null;
}

/** Note what the server has refused to replace: replaced once more, it is on purpose. */
function tell(records, error) {
    if (error.exceptionName === TEXT_CONFLICT) {
        for (const record of records) {
            const texts = error.data.context.texts[record.resModel]?.[record.resId];
            record.isofTold = { ...record.isofTold, ...texts };
        }
    }
}

/**
 * Have texts of ours say, when they were changed in a form, a line of it or a list, what stood
 * there when they were loaded: the server refuses it where somebody else has changed it
 * meanwhile. What was typed stays in a form. Once the user has been told, saving it anew replaces
 * the other text, and discarding shows it.
 */
patch(DataPoint.prototype, {
    get context() {
        const { isofLoaded } = this;
        return isofLoaded ? { ...super.context, isof_loaded: isofLoaded } : super.context;
    },
});

patch(Record.prototype, {
    async discard() {
        const wasTold = Boolean(this.isofTold);
        await super.discard();
        if (wasTold) {
            await this.load();
        }
    },

    async _save({ onError, ...options } = {}) {
        const records = getChanged(this);
        this.isofLoaded = getLoaded(records, (record) => Object.keys(record._changes));
        try {
            return await super._save({
                ...options,
                onError:
                    onError &&
                    ((error, ...args) => {
                        tell(records, error);
                        return onError(error, ...args);
                    }),
            });
        } catch (error) {
            tell(records, error);
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

patch(DynamicList.prototype, {
    async _multiSave(_editedRecord, changes) {
        const records = this.selection;
        this.isofLoaded = getLoaded(records, () => Object.keys(changes));
        try {
            return await super._multiSave(...arguments);
        } catch (error) {
            tell(records, error);
            throw error;
        } finally {
            this.isofLoaded = null;
        }
    },
});

/**
 * Opens a menu as the user would, for tests that look at every screen; not by the robot of
 * Odoo, which opens the next one before anybody could look.
 */
import { App } from "@odoo/owl";
import { rpcBus } from "@web/core/network/rpc";

const PATIENCE = 30000; // milliseconds that a screen may take
const CALM = 200; // milliseconds in which nothing happens on a screen that is complete
const STEP = 20;
const SCREEN = ".o_action_manager > .o_action, .o_dialog .modal-body";
const UNFINISHED =
    ".o_loading_indicator, .o_blockUI, .fa-spin, .dashboard-loading-status:not(.error)";
const TROUBLE = ".o_error_dialog, .o_notification:has(.bg-danger), .dashboard-loading-status.error";

const calls = new Set();
rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => calls.add(detail.data.id));
rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => calls.delete(detail.data.id));

function isComplete() {
    return (
        !calls.size &&
        ![...App.apps].some((app) => app.scheduler.tasks.size) &&
        document.querySelector(SCREEN) &&
        !document.querySelector(UNFINISHED) &&
        [...document.images].every((image) => image.complete)
    );
}

function getTrouble() {
    return [...document.querySelectorAll(TROUBLE)].map((element) => element.innerText).join("\n");
}

/**
 * @param {number} id of the menu
 * @returns {Promise<string>} once the screen is complete: what went wrong with it, if anything
 */
export async function openMenu(id) {
    const { dialog, menu } = odoo.__WOWL_DEBUG__.root.env.services;
    const end = Date.now() + PATIENCE;
    let isOpen = false;
    let trouble = "";
    dialog.closeAll();
    menu.selectMenu(id).then(
        () => (isOpen = true),
        (error) => (trouble = String(error)),
    );
    for (let calm = 0; calm < CALM && !trouble; calm = isOpen && isComplete() ? calm + STEP : 0) {
        await new Promise((resolve) => setTimeout(resolve, STEP));
        // all the time, as notifications go by themselves
        trouble ||= Date.now() > end ? "It is never complete." : getTrouble();
    }
    return trouble;
}

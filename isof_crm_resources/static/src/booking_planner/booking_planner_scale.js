import { getStartOfLocalWeek } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

export const QUARTER = 15 * 60 * 1000;
// The day that is shown: most bookings are by day, what is at night is a scroll away.
const DAY_HOURS = [6, 22];

export const SCALES = {
    day: { label: _t("Day"), hotkey: "d" },
    week: { label: _t("Week"), hotkey: "w" },
    month: { label: _t("Month"), hotkey: "m" },
};

/**
 * Return the time that a scale shows around a day.
 *
 * @param {string} scale
 * @param {luxon.DateTime} day
 */
export function getWindow(scale, day) {
    if (scale === "day") {
        const [first, last] = DAY_HOURS;
        const midnight = day.startOf("day");
        return { start: midnight.set({ hour: first }), stop: midnight.set({ hour: last }) };
    }
    const start = scale === "week" ? getStartOfLocalWeek(day) : day.startOf("month");
    return { start, stop: start.plus({ [scale]: 1 }) };
}

/** Return the moment (Date) that the server's text says, fast enough for thousands. */
export function parseMoment(text) {
    return new Date(`${text.replace(" ", "T")}Z`);
}

/** Return the quarter of an hour that a moment (Date) lies in: its start. */
export function floorToQuarter(moment) {
    return new Date(Math.floor(moment / QUARTER) * QUARTER);
}

/** Return the nearest quarter of an hour. */
export function roundToQuarter(moment) {
    return new Date(Math.round(moment / QUARTER) * QUARTER);
}

/** Return the time from one moment (Date) to another in words. */
export function formatTimes(start, stop) {
    const [begin, end] = [start, stop].map((moment) => DateTime.fromJSDate(moment));
    const day = { weekday: "short", day: "numeric", month: "short" };
    const time = localization.timeFormat.replace(/:ss/, "");
    const first = `${begin.toLocaleString(day)}, ${begin.toFormat(time)}`;
    const last = begin.hasSame(end, "day") ? "" : `${end.toLocaleString(day)}, `;
    return `${first} – ${last}${end.toFormat(time)}`;
}

const hour = (date) =>
    date.toFormat(localization.timeFormat.includes("H") ? "HH:mm" : date.minute ? "h:mm" : "h a");

// What stands on the axis, by vis-timeline's scales, in the user's language.
const MINOR_LABELS = {
    minute: hour,
    hour,
    weekday: (date) => date.toFormat("ccc d"),
    day: (date) => date.toFormat("d"),
    week: (date) => date.toFormat("d LLL"),
    month: (date) => date.toFormat("LLL"),
};
const DAY_LABEL = { weekday: "long", day: "numeric", month: "long" };
const MAJOR_LABELS = {
    minute: (date) => date.toLocaleString(DAY_LABEL),
    hour: (date) => date.toLocaleString(DAY_LABEL),
    month: (date) => date.toFormat("yyyy"),
};

const labelBy = (labels, fallback) => (moment, scale) =>
    (labels[scale] || fallback)(DateTime.fromMillis(moment.valueOf()));

export const AXIS_FORMAT = {
    minorLabels: labelBy(MINOR_LABELS, (date) => date.toFormat("yyyy")),
    majorLabels: labelBy(MAJOR_LABELS, (date) => date.toFormat("LLLL yyyy")),
};

// The rules in $ODOO_ESLINTRC, which is of ESLint's former format and has trailing commas.
import { readFileSync } from "node:fs";
import process from "node:process";
import { runInNewContext } from "node:vm";

import globals from "globals";

const former = runInNewContext(`(${readFileSync(process.env.ODOO_ESLINTRC, "utf8")})`);

export default [
    {
        files: ["**/*.js"],
        languageOptions: {
            ...former.parserOptions,
            globals: { ...globals.browser, ...former.globals },
        },
        rules: former.rules,
    },
];

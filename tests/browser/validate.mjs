// SPDX-License-Identifier: Apache-2.0
// validate SCHEMA FILE...: ends with 1 where one of the files is not as the JSON Schema (draft 2020-12) says.
import fs from "node:fs";
import Ajv from "ajv/dist/2020.js";

const read = (path) => JSON.parse(fs.readFileSync(path, "utf8"));
const [schema, ...files] = process.argv.slice(2);
const validate = new Ajv({allErrors: true, strict: true, strictTypes: false, strictRequired: false}).compile(read(schema));
for (const path of files) {
    if (validate(read(path)))
        continue;
    console.error(`${path}: ${JSON.stringify(validate.errors.slice(0, 5), null, 1)}`);
    process.exitCode = 1;
}

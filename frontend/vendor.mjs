// Copies the exact files that pages load into ../static/vendor and writes VENDOR.json (name, version, licence, SHA-256).
// Run: npm ci && npm run vendor
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FILES = [
  ["chart.js", "dist/chart.umd.min.js"],
  ["chartjs-adapter-date-fns", "dist/chartjs-adapter-date-fns.bundle.min.js"],
  ["chartjs-plugin-annotation", "dist/chartjs-plugin-annotation.min.js"],
  ["idiomorph", "dist/idiomorph-ext.min.js"],
];
const target = new URL("../static/vendor/", import.meta.url);
mkdirSync(target, { recursive: true });

const entries = FILES.map(([name, path]) => {
  const folder = new URL(`node_modules/${name}/`, import.meta.url);
  const about = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  // The maps are not copied, and manifest storage refuses a file that names a missing one.
  const text = readFileSync(new URL(path, folder), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
  const file = path.split("/").pop();
  writeFileSync(new URL(file, target), text);
  return { file, name, version: about.version, licence: about.license, sha256: createHash("sha256").update(text).digest("hex") };
});
writeFileSync(new URL("VENDOR.json", target), JSON.stringify(entries, null, 2) + "\n");

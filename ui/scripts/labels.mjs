// Every "ui.*" label the code uses stands in every language's catalogue, and none stands there unused.
// A template such as `ui.step.${name}`, or "ui.step." itself, uses all labels that begin so.
import { readFileSync, readdirSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const labels = new URL('../content/labels/', root);
const languages = readdirSync(labels).filter((name) => /^ui\.[a-z]{2}\.json$/.test(name));
const catalogues = languages.map((name) => [name, JSON.parse(readFileSync(new URL(name, labels), 'utf8'))]);
const used = new Set();
const prefixes = new Set();
for (const name of readdirSync(new URL('src', root), { recursive: true })) {
  if (!/\.tsx?$/.test(name)) continue;
  const text = readFileSync(new URL(`src/${name}`, root), 'utf8');
  for (const [, key] of text.matchAll(/['"](ui\.[a-zA-Z0-9_.]+)['"]/g))
    (key.endsWith('.') ? prefixes : used).add(key);
  for (const [, key] of text.matchAll(/`(ui\.[a-zA-Z0-9_.]+)\$\{/g)) prefixes.add(key);
}
const faults = [];
const all = new Set(catalogues.flatMap(([, catalogue]) => Object.keys(catalogue)));
const isUsed = (key) =>
  used.has(key) ||
  used.has(key.replace(/\.(one|other)$/, '')) ||
  [...prefixes].some((prefix) => key.startsWith(prefix));
for (const [name, catalogue] of catalogues) {
  for (const key of all) if (!catalogue[key]) faults.push(`${name} lacks ${key}`);
  for (const key of used) {
    if (!catalogue[key] && !catalogue[`${key}.other`]) faults.push(`${name} lacks ${key}, which the code uses`);
  }
}
for (const key of all) if (!isUsed(key)) faults.push(`nothing uses ${key}`);
for (const fault of faults) console.error(`labels: ${fault}`);
console.log(`labels: ${all.size} interface labels in ${languages.length} languages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

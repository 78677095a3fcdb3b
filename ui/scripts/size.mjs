// The first load must stay under 350 kB compressed: what index.html names, and what those files import at once.
import { readFileSync, existsSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const LIMIT = 350_000;
const dist = new URL('../dist/', import.meta.url);
const index = new URL('index.html', dist);
if (!existsSync(index)) {
  console.log('size: no build yet, nothing measured');
  process.exit(0);
}
const seen = new Map();
const add = (path) => {
  if (seen.has(path)) return;
  const bytes = readFileSync(new URL(path, dist));
  seen.set(path, /\.(woff2|svg)$/.test(path) ? bytes.length : brotliCompressSync(bytes).length);
  if (!path.endsWith('.js')) return;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  for (const [, name] of bytes.toString().matchAll(/(?:from|^import|;import)\s*["']\.\/([^"']+)["']/g))
    add(folder + name);
};
for (const [, path] of readFileSync(index, 'utf8').matchAll(/(?:src|href)="\/([^"]+)"/g)) add(path);
const total = [...seen.values()].reduce((sum, size) => sum + size, 0);
console.log(
  `size: first load ${(total / 1000).toFixed(0)} kB compressed in ${seen.size} files (limit ${LIMIT / 1000})`,
);
process.exit(total > LIMIT ? 1 : 0);

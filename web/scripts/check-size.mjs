// Size gate of the party app: what a phone loads before the page works, and what it loads for the room.
// entry = index.html + every file it names, and the script for old engines; room = the lazy chunks that the room needs, each counted once.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = "dist/party";
const LIMITS = { entry: 15 * 1024, room: 90 * 1024 };
const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;

function chunksOf(manifest, key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) chunksOf(manifest, next, seen);
  return seen;
}

function filesOf(manifest, keys) {
  const files = new Set();
  for (const key of keys) {
    files.add(manifest[key].file);
    for (const css of manifest[key].css ?? []) files.add(css);
  }
  return files;
}

const manifest = JSON.parse(readFileSync(join(ROOT, ".vite/manifest.json"), "utf8"));
const entryKeys = chunksOf(manifest, "index.html");
const roomKeys = chunksOf(manifest, "src/app.ts");
const entryFiles = filesOf(manifest, entryKeys);
const roomFiles = filesOf(manifest, [...roomKeys].filter((key) => !entryKeys.has(key)));
const read = (file) => readFileSync(join(ROOT, file));

let entry = brotli(read("index.html"));
const old = readdirSync(join(ROOT, "assets")).filter((name) => /^old-.*\.js$/.test(name));
for (const name of old) entry += brotli(read(join("assets", name)));
for (const file of entryFiles) if (existsSync(join(ROOT, file))) entry += brotli(read(file));
let room = 0;
for (const file of roomFiles) room += gzipSync(read(file), { level: 9 }).length;

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
console.log(`party entry: ${kb(entry)} brotli of ${kb(LIMITS.entry)}`);
console.log(`party room:  ${kb(room)} gzip of ${kb(LIMITS.room)}`);
if (entry > LIMITS.entry || room > LIMITS.room) {
  console.error("size: over budget");
  process.exit(1);
}

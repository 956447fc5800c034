// Runs the script of a verify.html, exactly as it was shipped, over packages named on standard input.
// In: one JSON object a line: {"zip": path, "at": place of a byte to bend, "bit": 0-7, "known" and "stamps": fingerprints,
// "today": the day on which it is asked, now unless given}.
// Out: the report of each, one JSON object a line.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// Whoever is blind to signatures believes each of them: what the attacks have to notice.
if (process.argv[3] === "signatures") crypto.subtle.verify = async () => true;

const Now = Date;
let today = null;
globalThis.Date = class extends Now {
  constructor(...said) {
    super(...(said.length === 0 && today !== null ? [today] : said));
  }
  static now = () => new Date().getTime();
};

const page = readFileSync(process.argv[2], "utf8");
const script = /<script type="module">([\s\S]*?)<\/script>/.exec(page)[1];
await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);

const read = new Map();
const bytes = (path) => read.get(path) ?? read.set(path, new Uint8Array(readFileSync(path))).get(path);

for await (const line of createInterface({ input: process.stdin })) {
  const { zip, at, bit, known, stamps, today: day } = JSON.parse(line);
  today = day ?? null;
  const given = at === undefined ? bytes(zip) : bytes(zip).slice();
  if (at !== undefined) given[at] ^= 1 << bit;
  console.log(JSON.stringify(await globalThis.heyiVerify(given, known, stamps)));
}

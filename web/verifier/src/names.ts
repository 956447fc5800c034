// The names that a record may hold: a closed set, so that no other agreement passes as part of it. FORMAT.md lists the
// same in words; `heyi verify` and verify.sh keep the same patterns.
import type { Bytes } from "./bytes.ts";
import { join, same } from "./bytes.ts";
import { type Files, isRenewal } from "./files.ts";

const PLAIN = "[0-9A-Za-z][0-9A-Za-z_.-]*";
const OWN = new RegExp(
  `^(agreement\\.(pdf|json)|consents\\.json|identity\\.json|log\\.jsonl` +
    `|manifest\\.(json|sig)|SHA256SUMS|README\\.txt|FORMAT\\.md|verify\\.(sh|html)` +
    `|trust/(seal|issuer|pdf-seal|pdf-seal-issuer|log-stamps)\\.pem` +
    `|log/(checkpoint\\.(txt|tst)|proofs\\.json|public_key\\.pem)` +
    `|recordings/${PLAIN}\\.jsonl|paper/${PLAIN}\\.(jpg|png|pdf)` +
    `|(signatures|attested)/${PLAIN}/(statement\\.json|signature\\.bin|public_key\\.pem)` +
    `|signatures/${PLAIN}/(certificate\\.pem|handwriting\\.png|strokes\\.json)` +
    `|META-INF/(ASiCManifest001\\.xml|signature001\\.p7s))$`,
);
const WHOLE = "renewals/agreement.pdf";
const RENEWED = /^renewals\/(\d{3})\/(appended\.pdf|stamp\.tst|SHA(256|384|512)SUMS)$/;
const FILES_OF_EACH = 3;

/** The names that no record holds, those equal but for case, and folders of who is no signer. */
export function oddNames(files: Files, signers: readonly string[]): string[] {
  const own = [...files.keys()].filter((name) => !isRenewal(name));
  const folders = new Set(signers.map((id) => `signatures/${id}`));
  const strange = (name: string): boolean => name.startsWith("signatures/") && !folders.has(folder(name));
  const odd = own.filter((name) => !OWN.test(name) || strange(name));
  return [...odd, ...alike(own)];
}

const folder = (name: string): string => name.slice(0, name.lastIndexOf("/"));

/** What some systems unpack to one and the same file. */
function alike(names: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const name of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1);
  return names.filter((name) => (count.get(name.toLowerCase()) ?? 0) > 1);
}

/** What is missing of the renewals, or stands among them and is none; the stamps in them are dated elsewhere. */
export function oddRenewals(files: Files): string[] {
  const names = [...files.keys()].filter(isRenewal);
  const found = names.filter((name) => RENEWED.test(name));
  const folders = [...new Set(found.map(folder))].sort();
  const odd = names.filter((name) => name !== WHOLE && !RENEWED.test(name));
  const gaps = folders.filter((one, at) => one !== `renewals/${String(at + 1).padStart(3, "0")}`);
  const halves = folders.filter((one) => !wholeRenewal(found.filter((name) => folder(name) === one)));
  return [...odd, ...gaps, ...halves, ...(wholeFits(files, folders) ? [] : [WHOLE])];
}

const wholeRenewal = (names: readonly string[]): boolean =>
  names.length === FILES_OF_EACH &&
  ["appended.pdf", "stamp.tst"].every((one) => names.some((name) => name.endsWith(`/${one}`)));

/** The PDF as renewed is the sealed one and what was appended, and is there only where something was. */
function wholeFits(files: Files, folders: readonly string[]): boolean {
  const whole = files.get(WHOLE);
  if (whole === undefined) return true;
  const parts = ["agreement.pdf", ...folders.map((one) => `${one}/appended.pdf`)];
  const known = parts.flatMap((name): Bytes[] => (files.has(name) ? [files.get(name) as Bytes] : []));
  return folders.length > 0 && same(join(...known), whole);
}

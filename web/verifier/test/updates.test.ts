import { describe, expect, it } from "vitest";
import { dictionaryAt, references } from "../src/dictionary.ts";
import { onlyFilled } from "../src/updates.ts";
import { type Objects, bytes, part } from "./pdfParts.ts";

const NOWHERE = "/Rect [ -9999 -9999 -9999 -9999 ]";
const PAGE = "<< /Type /Page /Parent 2 0 R /Contents 9 0 R /Annots [ 5 0 R ] >>";
const FIELD = "/Type /Annot /Subtype /Widget /FT /Sig /T (sign:chen) /P 3 0 R /Rect [ 10 10 90 40 ]";
const FILLED = `<< ${FIELD} /V 20 0 R /AP << /N 21 0 R >> >>`;
const LOCKED: Readonly<Record<number, string>> = {
  1: "<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R /DSS 6 0 R >>",
  2: "<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
  3: PAGE,
  4: "<< /Fields [ 5 0 R ] /SigFlags 3 >>",
  5: `<< ${FIELD} >>`,
  6: "<< /Certs [ ] >>",
  9: "<< /Length 0 >>\nstream\n\nendstream",
};

const BASE = part("%PDF-1.7\n", LOCKED);
const judged = (...updates: (Objects | ((below: string) => string))[]): boolean => {
  const file = updates.reduce<string>((below, update) => (typeof update === "function" ? update(below) : part(below, update)), BASE);
  return onlyFilled(bytes(file), BASE.length);
};
/** A part with a signature, of which something was changed. */
const bent = (below: string, what: RegExp, instead: string): string => below + part(below, SIGNED).slice(below.length).replace(what, instead);
const SIGNED: Objects = { 5: FILLED, 20: "<< /Type /Sig >>", 21: "<< /Type /XObject >>" };

describe("what may follow the lock", () => {
  it.each<[string, Objects[]]>([
    ["nothing", []],
    ["a field filled in", [SIGNED]],
    ["what proves a signature", [SIGNED, { 6: "<< /Certs [ 22 0 R ] >>", 22: "<< /Length 0 >>" }]],
    [
      "an archive stamp out of sight",
      [{ 3: PAGE.replace("5 0 R ]", "5 0 R 30 0 R ]"), 4: "<< /Fields [ 5 0 R 30 0 R ] /SigFlags 3 >>", 30: `<< /FT /Sig /Subtype /Widget ${NOWHERE} /V 31 0 R >>`, 31: "<< >>" }],
    ],
  ])("%s", (_, updates) => expect(judged(...updates)).toBe(true));
});

describe("what may not", () => {
  it.each<[string, Objects[]]>([
    ["other words on a page", [{ 9: "<< /Length 9 >>\nstream\nq 0 g Q\nendstream" }]],
    ["another content for a page", [{ 3: PAGE.replace("9 0 R", "40 0 R"), 40: "<< /Length 0 >>" }]],
    ["a note on a page", [{ 3: PAGE.replace("5 0 R ]", "5 0 R 40 0 R ]"), 40: "<< /Type /Annot /Subtype /FreeText /Rect [ 0 0 500 800 ] >>" }]],
    ["a stamp in sight", [{ 3: PAGE.replace("5 0 R ]", "5 0 R 40 0 R ]"), 40: "<< /FT /Sig /Subtype /Widget /Rect [ 0 0 500 800 ] >>" }]],
    ["a stamp with a picture", [{ 3: PAGE.replace("5 0 R ]", "5 0 R 40 0 R ]"), 40: `<< /FT /Sig ${NOWHERE} /AP << /N 21 0 R >> >>` }]],
    ["a field taken from a page", [{ 3: PAGE.replace("5 0 R ", "") }]],
    ["a field that moved", [{ 5: FILLED.replace("90 40", "500 800") }]],
    ["a field that is none any more", [{ 5: FILLED.replace("/Widget", "/Stamp") }]],
    ["a field filled in twice", [SIGNED, { 5: FILLED }]],
    ["another picture of a signature", [SIGNED, { 21: "<< /Type /XObject >>" }]],
    ["another catalog", [{ 1: "<< /Type /Catalog /Pages 40 0 R /AcroForm 4 0 R /DSS 6 0 R >>", 40: "<< /Type /Pages >>" }]],
    ["other pages", [{ 2: "<< /Type /Pages /Kids [ 40 0 R ] /Count 1 >>", 40: PAGE }]],
    ["a form that draws itself", [{ 4: "<< /Fields [ 5 0 R ] /SigFlags 3 /NeedAppearances true >>" }]],
    ["a page in the place of the proofs", [{ 6: PAGE }]],
    ["a key that stands twice", [{ 5: `<< ${FIELD} /Rect [ 0 0 500 800 ] >>` }]],
    ["a key in another spelling", [{ 5: `<< ${FIELD} /R#65ct [ 0 0 500 800 ] >>` }]],
  ])("%s", (_, updates) => expect(judged(...updates)).toBe(false));

  it("another root", () => expect(judged((below) => part(below, { 40: LOCKED[1] ?? "" }, "/Root 40 0 R"))).toBe(false));
  it("a table that leaves out the locked one", () => {
    const aside = part("", { ...LOCKED, 9: "<< /Length 9 >>" });
    expect(judged((below) => part(`${below}${aside}`.replace(/startxref\n\d+\n%%EOF\n$/, ""), LOCKED))).toBe(false);
  });
  it("an object that another part defined", () => {
    const old = BASE.indexOf("5 0 obj");
    expect(judged((below) => bent(below, /\n5 1\n\d{10}/, `\n5 1\n${String(old).padStart(10, "0")}`))).toBe(false);
  });
  it("an object taken away", () => expect(judged((below) => bent(below, /(\n5 1\n\d{10} 00000) n/, "$1 f"))).toBe(false));
  it("more behind the end", () => expect(judged((below) => `${below}% more\n`)).toBe(false));
});

describe("a dictionary", () => {
  it("is read to its own end, whatever its strings say", () => {
    const found = dictionaryAt("<</A(>> \\) (endobj))/B<</C[1 (]) 2]>>/D 3 0 R/E<4142>/F/G>> /H 1", 0);
    expect([...found]).toEqual([["/A", "(>> \\) (endobj))"], ["/B", "<< /C [ 1 (]) 2 ] >>"], ["/D", "3 0 R"], ["/E", "<4142>"], ["/F", "/G"]]);
  });
  it.each(["", "[1]", "<</A 1", "<</A 1/A 2>>", "<</A>>", "<</A#41 1>>", "<</A 1 % >>\n>>", "<<(A) 1>>", "<</A (>>"])("is none: %s", (source) => {
    expect(() => dictionaryAt(source, 0)).toThrow(SyntaxError);
  });
  it("has lists of references", () => {
    expect(references("[ 1 0 R 12 0 R ]")).toEqual(["1 0 R", "12 0 R"]);
    expect(references("[ ]")).toEqual([]);
    expect(() => references("[ 1 0 R << >> ]")).toThrow(SyntaxError);
  });
});

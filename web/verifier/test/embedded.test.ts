import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { embedded } from "../src/embedded.ts";
import { bytes, part } from "./pdfParts.ts";

const [SAID, OTHER] = ['{"amount":11500000}', '{"amount":1}'];
const packed = (words: string): string => Array.from(deflateSync(words), (one) => String.fromCharCode(one)).join("");
const stream = (data: string, more = ""): string => `<< /Length ${data.length} ${more}>>\nstream\n${data}\nendstream`;

/** A PDF with two embedded files; `file` describes the first one. */
const pdf = (file: string, content: string, more = {}): string =>
  part("%PDF-1.7\n", {
    1: "<< /Type /Catalog /Names << /EmbeddedFiles << /Names [ (agreement\\056json) 2 0 R (slots) 3 0 R ] >> >> /AF [ 2 0 R 3 0 R ] >>",
    2: `<< /Type /Filespec ${file} >>`,
    3: "<< /Type /Filespec /F (slots.json) /UF (slots.json) /EF << /F 6 0 R >> >>",
    4: content,
    6: stream("[]"),
    ...more,
  });
const FILE = "/F (agreement.json) /UF (agreement\\056json) /EF << /F 4 0 R /UF 4 0 R >>";
const found = async (file: string, most = SAID.length): Promise<string[] | undefined> =>
  (await embedded(bytes(file), "agreement.json", most))?.map((one) => new TextDecoder().decode(one));

describe("what a PDF carries", () => {
  it("is unpacked", async () => {
    expect(await found(pdf(FILE, stream(packed(SAID), "/Filter /FlateDecode ")))).toEqual([SAID]);
    expect(await found(pdf(FILE, stream(SAID)))).toEqual([SAID]);
  });
  it("is read from digits", async () => {
    const digits = Buffer.from(SAID).toString("hex");
    expect(await found(pdf(FILE, stream(`${digits}>`, "/Filter /ASCIIHexDecode ")))).toEqual([SAID]);
    for (const other of [digits, `${digits} >`, `${digits.toUpperCase()}>`, `${digits}0>`])
      await expect(found(pdf(FILE, stream(other, "/Filter /ASCIIHexDecode ")))).rejects.toThrow();
  });
  it("is found under each of its names", async () => {
    const faces = pdf(FILE.replace("/UF 4", "/UF 5"), stream(SAID), { 5: stream(OTHER) });
    expect(await found(faces)).toEqual([SAID, OTHER]);
    expect(await found(pdf(FILE.replace("(agreement\\056json)", "<FEFF006f00740068006500720029>"), stream(SAID)))).toEqual([SAID]);
  });
  it("is what the last update says", async () => {
    expect(await found(part(pdf(FILE, stream(SAID)), { 4: stream(OTHER) }))).toEqual([OTHER]);
    expect(await found(`${pdf(FILE, stream(SAID))}% more\n`)).toEqual([SAID]);
  });
  it("is let go once it is too long", async () => {
    const bomb = pdf(FILE, stream(packed("0".repeat(1_000_000)), "/Filter /FlateDecode "));
    expect(await found(bomb)).toEqual(["0".repeat(SAID.length + 1)]);
  });
  it.each([
    ["packed in another way", pdf(FILE, stream(SAID, "/Filter /LZWDecode "))],
    ["packed twice", pdf(FILE, stream(SAID, "/Filter [ /FlateDecode /FlateDecode ] "))],
    ["not what it says", pdf(FILE, stream(SAID, "/Filter /FlateDecode "))],
    ["without a length", pdf(FILE, stream(SAID).replace(/Length \d+/, "Length 9 0 R"))],
    ["no file", pdf("/F (agreement.json)", stream(SAID))],
  ])("is refused: %s", async (_, file) => await expect(found(file)).rejects.toThrow());
});

import { describe, expect, it } from "vitest";
import { type Bytes, join, utf8 } from "../src/bytes.ts";
import { ranges } from "../src/ranges.ts";

/** A file with a signature in a gap of 8 digits, as a PDF holds one. */
function file(digits = "30010100", more = "", perms = "", said = ""): { pdf: Bytes; gap: number; end: number } {
  const head = `%PDF-1.7\n2 0 obj << ${perms} >> endobj\n7 0 obj\n<<\n/Contents `;
  const gap = head.length;
  const after = gap + digits.length + 2;
  const tail = (rest: number): string => `\n/ByteRange [0 ${gap} ${after} ${rest}]   \n${said}>> endobj\n`;
  const rest = tail(tail(10).length).length;
  return { pdf: utf8(`${head}<${digits}>${tail(rest)}${more}`), gap, end: after + rest };
}

describe("signatures' places", () => {
  it("are found by the range behind each gap, which covers the rest", () => {
    const { pdf, gap, end } = file();
    const [found, ...others] = ranges(pdf);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ gap, end, filled: true });
    expect(found?.covered).toEqual(join(pdf.subarray(0, gap), pdf.subarray(gap + 10, end)));
    expect(found?.signature).toEqual(Uint8Array.of(0x30, 1, 1));
  });

  it("are none where words on a page look like one, or a range leads elsewhere", () => {
    const { pdf, gap } = file();
    const whole = String.fromCharCode(...pdf);
    const wrong = {
      "words alone": "(/ByteRange [0 20 30 9])",
      "a range before its gap": whole.replace("/Contents <30010100>\n/ByteRange", "/ByteRange").replace("]", "]\n/Contents <30010100>"),
      "another range behind the gap": whole.replace(`[0 ${gap} `, `[0 ${gap - 1} `),
      "a range beyond the end": whole.slice(0, -4),
      "no digits in the gap": whole.replace("30010100", "3001010g"),
      "another key before the gap": whole.replace("/Contents", "/Contence"),
    };
    for (const [why, text] of Object.entries(wrong)) expect(ranges(utf8(text)), why).toEqual([]);
    expect(ranges(utf8(`${whole}/ByteRange [0 20 30 9]`))).toHaveLength(1);
  });

  it("say what a certification allows that the catalog names", () => {
    const method = "/Reference [ << /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P 2 >> >> ]";
    const certified = (perms: string, said = method): number | undefined => ranges(file("30010100", "", perms, said).pdf)[0]?.permits;
    expect(certified("/Perms << /DocMDP 7 0 R >>")).toBe(2);
    expect(certified("/Perms << /DocMDP 7 0 R >>", method.replace("/P 2", "/P 3"))).toBe(3);
    expect(certified("/Perms << /DocMDP 17 0 R >>")).toBe(0);
    expect(certified("")).toBe(0);
    expect(certified("/Perms << /DocMDP 7 0 R >>", "")).toBe(0);
    expect(certified("/Perms << /DocMDP 7 0 R >>", `>> endobj 8 0 obj << ${method}`)).toBe(0);
  });

  it("tell what else stands in a gap from zeros that fill it up", () => {
    expect(ranges(file("3001010000").pdf)[0]?.filled).toBe(true);
    expect(ranges(file("30010100ff").pdf)[0]?.filled).toBe(false);
    expect(ranges(file("30ff0100").pdf)[0]).toMatchObject({ signature: null, filled: false });
  });
});

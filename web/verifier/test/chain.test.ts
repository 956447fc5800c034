import { describe, expect, it } from "vitest";
import { type Certificate, fingerprint, readCertificate } from "../src/certificate.ts";
import { endOf, topOf } from "../src/chain.ts";
import { utf8 } from "../src/bytes.ts";
import { PdfFacts } from "../src/pdfFacts.ts";
import type { PdfSignature } from "../src/pdf.ts";
import { ISSUER } from "./certificates.ts";
import { BETWEEN, ROOT, STAMPING } from "./stampChain.ts";

const MOMENT = "20270301000000Z";

function certificate(pem: string): Certificate {
  const found = readCertificate(utf8(pem));
  if (found === null) throw new Error("no certificate");
  return found;
}
const [root, between, stamping, other] = [ROOT, BETWEEN, STAMPING, ISSUER].map(certificate) as [Certificate, Certificate, Certificate, Certificate];

describe("the way up from a time stamp's certificate", () => {
  it.each([
    ["the whole chain", [stamping, between, root], root, false],
    ["a chain without its root", [stamping, between], between, true],
    ["the stamping certificate alone", [stamping], stamping, true],
    ["a root that is another's", [stamping, between, other], between, true],
  ] as const)("of %s ends where nobody is above", async (_, beside, last, open) => {
    expect(await endOf(stamping, beside, MOMENT)).toEqual({ sha256: await fingerprint(last), open });
    expect(await topOf(stamping, beside, MOMENT)).toBe(last === stamping ? "" : await fingerprint(last));
  });

  it("is broken where a certificate was not valid then", async () => {
    expect(await endOf(stamping, [between, root], "20200101000000Z")).toEqual({ sha256: "", open: false });
  });
});

describe("who stamped", () => {
  const COMMITTEE = "c".repeat(64);
  const facts = async (...beside: Certificate[]): Promise<PdfFacts> => {
    const stamp = { end: 9, isStamp: true, holds: true, tops: [], stampTops: [await endOf(stamping, beside, MOMENT)] };
    return new PdfFacts([stamp as Partial<PdfSignature> as PdfSignature], {
      size: 9,
      onlyFilled: true,
      lockedSize: 1,
      statements: new Map(),
      people: [],
      officials: [],
      issuer: COMMITTEE,
    });
  };
  const judged = (found: PdfFacts, ...named: string[]) => {
    const stampers = new Set(named);
    return { outside: found.issuedOutside(new Set([COMMITTEE]), stampers), open: found.stampedBeyond(stampers) };
  };
  const ARCHIVE = ["agreement.pdf#archive"];

  it("stays open where the root that somebody named is not beside the stamp", async () => {
    const named = await fingerprint(root);
    expect(judged(await facts(between), named)).toEqual({ outside: [], open: ARCHIVE });
    expect(judged(await facts(), named)).toEqual({ outside: [], open: ARCHIVE });
    expect(judged(await facts(between, root), named)).toEqual({ outside: [], open: [] });
  });

  it("holds by the topmost certificate that is beside it", async () => {
    expect(judged(await facts(between), await fingerprint(between))).toEqual({ outside: [], open: [] });
    expect(judged(await facts(), await fingerprint(stamping))).toEqual({ outside: [], open: [] });
  });

  it("fails by another root, and where nobody but the committee was named", async () => {
    expect(judged(await facts(between, root), await fingerprint(other))).toEqual({ outside: ARCHIVE, open: [] });
    expect(judged(await facts(between), COMMITTEE)).toEqual({ outside: ARCHIVE, open: [] });
  });
});

// What the signatures inside the PDF come to, as facts of the record.
import type { End } from "./chain.ts";
import type { PdfSignature } from "./pdf.ts";
import { type Fact, fact, unjudged } from "./report.ts";
import type { Stated } from "./signers.ts";

const PDF = "agreement.pdf";
const [CERTIFICATION, SEAL] = ["certification", "seal"] as const;
/** P of the certification at the lock: nothing but filling in and signing (ISO 32000-1, 12.8.2.2). */
const FILL_AND_SIGN = 2;

/** What the record says, which the signatures in the PDF are held against. */
export interface Said {
  readonly size: number;
  /** Whether what was appended after the lock fills in and signs, and does nothing else. */
  readonly onlyFilled: boolean;
  readonly lockedSize: number;
  /** Digests of each signer's statement, key and certificate. */
  readonly statements: ReadonlyMap<string, Stated>;
  /** Who has to sign with a key, and who of them signs for the committee, after the parties. */
  readonly people: readonly string[];
  readonly officials: readonly string[];
  readonly issuer: string;
}

/** A signature by the name of its field in the PDF, and whether all of it holds. */
interface Named {
  readonly name: string;
  readonly one: PdfSignature;
  readonly holds: boolean | null;
}

export class PdfFacts {
  readonly #signatures: readonly Named[];
  readonly #seal: PdfSignature | undefined;
  /** The seal alone, without a time stamp: sealed before each person signed the PDF itself. */
  readonly #earlier: boolean;

  constructor(
    private readonly each: readonly PdfSignature[],
    private readonly said: Said,
  ) {
    this.#seal = each.filter((one) => !one.isStamp).at(-1);
    this.#earlier = each.length === 1 && this.#seal !== undefined;
    this.#signatures = each.filter((one) => !one.isStamp).map((one) => this.#named(one));
  }

  /** Each person's signature, by the key of the statement, one after the other. */
  signatures(): Fact {
    if (this.#earlier) return unjudged("pdf_signatures");
    const names = this.#signatures.map((one) => one.name);
    const bad = this.#fields().filter((name) => !names.includes(name));
    bad.push(...this.#signatures.filter((one) => one.holds === false || !one.one.follows).map((one) => one.name));
    if (bad.length === 0 && names.join("\n") !== this.#inOrder(names).join("\n")) bad.push(...names);
    const open = this.#signatures.filter((one) => one.holds === null).map((one) => `${PDF}#${one.name}`);
    if (bad.length === 0 && open.length > 0) return unjudged("pdf_signatures", open);
    return fact("pdf_signatures", bad.map((name) => `${PDF}#${name}`));
  }

  /** The seal comes last, and nothing after it but time stamps; the last of them covers the whole file. */
  seal(): Fact {
    const [seal, last] = [this.#signatures.at(-1), this.each.at(-1)];
    const whole = last?.end === this.said.size && last.follows && (this.#earlier || last.isStamp);
    if (seal?.name !== SEAL || !whole) return fact("seal", [PDF]);
    const holds = every(seal.holds, ...this.each.filter((one) => one.isStamp).map((one) => one.holds));
    return holds === null ? unjudged("seal", [PDF]) : fact("seal", holds ? [] : [PDF]);
  }

  /** Nothing was drawn outside the blanks; the earlier form has none that its lock knew of. */
  blanks(): Fact {
    if (this.#earlier) return unjudged("only_blanks_filled");
    return fact("only_blanks_filled", this.said.onlyFilled ? [] : [PDF]);
  }

  /** Every certificate comes from the issuer in the record; one from elsewhere proves nothing against it. */
  certificates(): Fact {
    const other = this.#whose(({ tops, stampTops }) => [...tops, ...stampTops.map((end) => end.sha256)].some((top) => top !== this.said.issuer));
    return other.length ? unjudged("certificates", other) : fact("certificates", []);
  }

  /** Whose certificates lead to none of these, each for its purpose; of those in SM2 nobody here can tell. */
  issuedOutside(issuers: ReadonlySet<string>, stamping: ReadonlySet<string>): string[] {
    const apart = (top: string | null): boolean => top !== null && !issuers.has(top);
    return this.#whose(({ tops, stampTops }) => tops.some(apart) || stampTops.some((end) => this.#stamped(end, stamping) === false));
  }

  /** Whose time stamps come without the root, so that nobody here can tell whether it is one of these. */
  stampedBeyond(stamping: ReadonlySet<string>): string[] {
    return this.#whose(({ stampTops }) => stampTops.some((end) => this.#stamped(end, stamping) === null));
  }

  /** A certificate missing inside is one of these only if one is not at hand: the record's issuer always is. */
  #stamped({ sha256, open }: End, stamping: ReadonlySet<string>): boolean | null {
    if (stamping.has(sha256)) return true;
    return open && [...stamping].some((one) => one !== this.said.issuer) ? null : false;
  }

  #whose(wanted: (one: PdfSignature) => boolean): string[] {
    const outside = this.each.filter(wanted);
    return outside.map((one) => `${PDF}#${this.#signatures.find((named) => named.one === one)?.name ?? "archive"}`);
  }

  /** Whether an authority's seal leads to one of these roots: the issuer in the record may stand below it. */
  sealedBelow(issuers: ReadonlySet<string>): boolean {
    const one = this.#signatures.at(-1)?.one;
    // What is issued for one signing names its statement, and is nobody's seal.
    return one?.statementSha256 === "" && one.tops.every((top) => top !== null && issuers.has(top));
  }

  /** Fingerprint of the certificate that the seal in the PDF was made with. */
  get sealCertificate(): string {
    return this.#seal?.certificateSha256 ?? "";
  }

  /** What is to be told of one signer. */
  of(id: string): { holds: boolean | null; at: string } | null {
    const found = this.#signatures.find((one) => one.name === `sign:${id}`);
    return found === undefined ? null : { holds: found.holds, at: found.one.at };
  }

  #named(one: PdfSignature): Named {
    const stamped = this.#earlier ? true : one.stamped;
    const signer = [...this.said.statements].find(([, digests]) => digests.statement !== "" && digests.statement === one.statementSha256);
    if (signer === undefined) {
      const name = this.#place(one);
      return { name, one, holds: every(one.holds, stamped, name !== CERTIFICATION || one.permits === FILL_AND_SIGN) };
    }
    const [id, digests] = signer;
    // Where this page knows the statement's own key, what it does not know is no signature by that key.
    const holds = digests.open ? one.holds : one.holds === true;
    const certified = digests.certificate === null || digests.certificate === one.certificateSha256;
    return { name: `sign:${id}`, one, holds: every(holds, stamped, digests.key === one.keySha256, certified) };
  }

  #place(one: PdfSignature): string {
    if (one === this.#seal) return SEAL;
    return one === this.each[0] && one.end <= this.said.lockedSize ? CERTIFICATION : String(this.each.indexOf(one) + 1);
  }

  #fields(): string[] {
    return [CERTIFICATION, ...this.said.people.map((id) => `sign:${id}`), SEAL];
  }

  /** The parties as they came, then who signs for the committee (人民调解法 art. 29). */
  #inOrder(names: readonly string[]): string[] {
    const officials = this.said.officials.map((id) => `sign:${id}`);
    const rest = names.filter((name) => name !== CERTIFICATION && name !== SEAL && !officials.includes(name));
    return [CERTIFICATION, ...rest, ...officials, SEAL];
  }
}

const every = (...all: (boolean | null)[]): boolean | null =>
  all.includes(false) ? false : all.includes(null) ? null : true;

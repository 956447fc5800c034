// What was found: each fact apart. The codes are those of `heyi verify`.

export const CODES = [
  "readable",
  "complete",
  "intact",
  "manifest_signed",
  "signatures",
  "everybody_signed",
  "same_text",
  "pdf_signatures",
  "seal",
  "seal_chain",
  "certificates",
  "archive_stamp",
  "log_chain",
  "log_tells",
  "log_included",
  "log_stamped",
  "container",
  "two_people",
  "declared_recording",
  "trusted",
  "attachment",
  "only_blanks_filled",
] as const;
export type Code = (typeof CODES)[number];

/** What only a program that dates stamps can judge. */
export const BEYOND: readonly Code[] = ["archive_stamp"];

/** Who released the seal and who confirmed it, and when. */
export interface TwoPeople {
  readonly releasedBy: string;
  readonly releasedAt: string;
  readonly sealedBy: string;
  readonly sealedAt: string;
}

/** How many declarations before witnesses say whether they were recorded, and how many were. */
export interface Declared {
  readonly declarations: number;
  readonly recorded: number;
}

/** When the log's checkpoint was stamped; `root` is the fingerprint of the root certificate beside it, "" without one. */
export interface LogStamp {
  readonly at: string;
  readonly root: string;
}

/** A fact holds, fails, or (null) is not judged here. `parts` are what makes it so. */
export interface Fact {
  readonly code: Code;
  readonly holds: boolean | null;
  readonly parts: readonly string[];
  readonly both?: TwoPeople;
  readonly stamp?: LogStamp;
  readonly declared?: Declared;
}

export interface FileFact {
  readonly name: string;
  readonly sha256: string;
  readonly holds: boolean;
}

/** By another route than electronic nobody signed with a key of his: staff attest it. */
export interface Signer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly at: string;
  readonly keyControl: string;
  readonly signatureHolds: boolean;
  readonly sameText: boolean;
  /** The signature in the PDF, and the moment of its time stamp. */
  readonly pdf?: { readonly holds: boolean | null; readonly at: string } | null;
  /** It was made in SM2, so that nobody here can tell whether the signature holds. */
  readonly open?: boolean;
  readonly route?: string;
  readonly attestedBy?: readonly string[];
}

export interface Report {
  readonly number: string;
  readonly committee: string;
  readonly sealedAt: string;
  readonly effectiveOn: string;
  readonly manifestSha256: string;
  readonly issuerSha256: string;
  /** The name on the seal's certificate where an authority issued it; whoever trusts that one has to compare it. */
  readonly certified?: string;
  readonly logOrigin: string;
  readonly facts: readonly Fact[];
  readonly signers: readonly Signer[];
  readonly files: readonly FileFact[];
}

/** Whether nothing that could be judged fails. It says nothing of what was not judged. */
export const nothingFails = (report: Report): boolean => report.facts.every((one) => one.holds !== false);

export const fact = (code: Code, bad: Iterable<string>): Fact => {
  const parts = [...new Set(bad)].sort();
  return { code, holds: parts.length === 0, parts };
};

export const unjudged = (code: Code, parts: readonly string[] = []): Fact => ({ code, holds: null, parts });

/** A fact that fails by what is bad, or else stays unjudged by what is open. */
export const factOr = (code: Code, bad: readonly string[], open: readonly string[]): Fact =>
  bad.length === 0 && open.length > 0 ? unjudged(code, [...new Set(open)].sort()) : fact(code, bad);

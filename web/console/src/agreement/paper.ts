/** The signed paper being compared: a tick for every page, what stands on every line, and what is still owed. */
import type { AgreementView, Schemas, SignatureView } from "../api/types.ts";
import { comma, t } from "../i18n.ts";

export interface LineSeen {
  signature: boolean;
  fingerprint: boolean;
  company_seal: boolean;
  signed_on: string;
}
/** Ticks by page and scan: a scan brought anew is looked at anew, and one scan may hold several pages. */
export interface Ticks {
  readonly pages: Record<string, boolean>;
  readonly lines: Record<string, LineSeen>;
}

/** What the tick of a page is kept under. */
export const tickOf = (page: Schemas["PaperPageView"]): string => `${page.page}:${page.file}`;

export const inkLines = (view: AgreementView): readonly SignatureView[] => view.signatures.filter((each) => each.route === "wet_ink");

export const noLine = (): LineSeen => ({ signature: false, fingerprint: false, company_seal: false, signed_on: "" });

/** The pages of which no scan has been brought yet. */
export const pagesMissing = (view: AgreementView): readonly number[] =>
  (view.paper?.pages ?? []).filter((each) => each.file === null).map((each) => each.page);

/** What the comparison still waits for, as sentences: first the whole paper, then what is seen on it. */
export function owedOnPaper(view: AgreementView, ticks: Ticks): readonly string[] {
  const missing = pagesMissing(view);
  if (missing.length > 0) return [t("paperPagesMissing", { pages: missing.join(comma.value) })];
  const pages = view.paper?.pages ?? [];
  const open = pages.filter((each) => !ticks.pages[tickOf(each)]).map((each) => each.page);
  return [
    ...(open.length ? [t("paperPagesOpen", { pages: open.join(comma.value) })] : []),
    ...inkLines(view).flatMap((line) => owedOnLine(line, ticks.lines[line.signer] ?? noLine())),
  ];
}

function owedOnLine(line: SignatureView, seen: LineSeen): string[] {
  const name = line.name;
  return [
    ...(seen.signature || seen.fingerprint ? [] : [t("paperLineEmpty", { name })]),
    ...(line.seal_scan_needed && !seen.company_seal ? [t("paperSealMissing", { name })] : []),
    ...(seen.signed_on ? [] : [t("paperDayMissing", { name })]),
  ];
}

/** The comparison as it is sent. */
export function comparisonOf(view: AgreementView, ticks: Ticks) {
  const pages = (view.paper?.pages ?? []).flatMap((each) =>
    each.file === null ? [] : [{ page: each.page, file: each.file, same: ticks.pages[tickOf(each)] ?? false }],
  );
  const lines = inkLines(view).map((line) => ({ signer: line.signer, ...(ticks.lines[line.signer] ?? noLine()) }));
  return { pdf_sha256: view.pdf_sha256 ?? "", pages, lines };
}

/**
 * Takes everything beside the uppermost sheet out of reach of fingers, keys and screen readers. Live regions stay:
 * what happens behind a sheet is still told.
 */
let sheets: readonly Element[] = [];
let covered: ReadonlySet<Element> = new Set();
let watch: MutationObserver | null = null;

/** Engines before Chrome 102 and Safari 15.5 know no `inert`; there the sheet's own trap keeps the focus. */
function mark(element: Element, away: boolean): void {
  const [name, value] = "inert" in HTMLElement.prototype ? (["inert", ""] as const) : (["aria-hidden", "true"] as const);
  if (away) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

function* beside(sheet: Element | undefined): Generator<Element> {
  for (let at = sheet; at?.parentElement && at !== document.body; at = at.parentElement) {
    for (const each of at.parentElement.children) {
      if (each !== at && !each.hasAttribute("aria-live")) yield each;
    }
  }
}

function cover(): void {
  const now = new Set(beside(sheets[sheets.length - 1]));
  for (const each of covered) if (!now.has(each)) mark(each, false);
  for (const each of now) if (!covered.has(each)) mark(each, true);
  covered = now;
}

/** Puts a sheet over everything, also over what comes beside it later; the answer takes it away again. */
export function coverRest(sheet: Element): () => void {
  sheets = [...sheets, sheet];
  watch ??= new MutationObserver(cover);
  watch.observe(document.body, { childList: true, subtree: true });
  cover();
  return () => {
    sheets = sheets.filter((each) => each !== sheet);
    if (sheets.length === 0) watch?.disconnect();
    cover();
  };
}

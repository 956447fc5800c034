/** Money as typed and as shown: yuan in the field, integer fen on the wire, capital words beside it. */

export type MoneyTrouble = "form" | "negative" | "too_large";
/** The contract's limit: 1,000,000,000.00 yuan. */
export const MAX_FEN = 100_000_000_000;
const FIGURES = /^(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/;

/** Reads `115000`, `115,000.5` or full-width signs; an empty field is null, a wrong one a trouble. */
export function fenFromYuan(text: string): number | MoneyTrouble | null {
  const plain = text
    .trim()
    .replace(/[０-９．，－]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/[元¥￥\s]/g, "");
  if (plain === "") return null;
  if (plain.startsWith("-")) return "negative";
  const match = FIGURES.exec(plain);
  if (!match) return "form";
  const fen = Number((match[1] ?? "").replace(/,/g, "")) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return fen > MAX_FEN ? "too_large" : fen;
}

/** 11500000 → 115,000.00 */
export function figures(fen: number): string {
  const yuan = Math.floor(fen / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${yuan}.${(fen % 100).toString().padStart(2, "0")}`;
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["仟", "佰", "拾", ""] as const;

function section(value: number): string {
  let text = "";
  let gap = false;
  [...value.toString().padStart(4, "0")].forEach((sign, index) => {
    if (sign === "0") gap = text !== "";
    else {
      text += (gap ? "零" : "") + (DIGITS[Number(sign)] ?? "") + (PLACES[index] ?? "");
      gap = false;
    }
  });
  return text;
}

function yuanWords(yuan: number): string {
  const parts = [Math.floor(yuan / 1e8), Math.floor(yuan / 1e4) % 1e4, yuan % 1e4];
  let text = "";
  let skipped = false;
  parts.forEach((value, index) => {
    if (value === 0) {
      skipped = text !== "";
      return;
    }
    if (text !== "" && (skipped || value < 1000)) text += "零";
    text += section(value) + ["亿", "万", ""][index];
    skipped = false;
  });
  return text === "" ? "零" : text;
}

/** Capital words by the rules for settlement vouchers: 11500000 → 壹拾壹万伍仟元整. */
export function words(fen: number): string {
  const [yuan, jiao, last] = [Math.floor(fen / 100), Math.floor(fen / 10) % 10, fen % 10];
  const head = yuan > 0 || fen % 100 === 0 ? `${yuanWords(yuan)}元` : "";
  if (fen % 100 === 0) return `${head}整`;
  const gap = yuan > 0 && jiao === 0 ? "零" : "";
  return head + gap + (jiao > 0 ? `${DIGITS[jiao] ?? ""}角` : "") + (last > 0 ? `${DIGITS[last] ?? ""}分` : "整");
}

import { RefusedError, fromZip } from "./files.ts";
import { judge } from "./judge.ts";
import { Page } from "./page.ts";

/** The same judging for a program that has this page but no window: bytes of a ZIP to a report. */
async function heyiVerify(zip: Uint8Array<ArrayBuffer>, known = "", stamps = "") {
  try {
    return await judge(fromZip(zip), known, stamps);
  } catch (error) {
    if (error instanceof RefusedError) return { refused: error.code };
    throw error;
  }
}

Object.assign(globalThis, { heyiVerify });

const root = typeof document === "undefined" ? null : document.getElementById("page");
if (root) new Page(root).draw();

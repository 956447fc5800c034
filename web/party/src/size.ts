/** Large type in three steps, remembered on this phone; and the foot that scrolls once it would take too much. */

const STEPS = ["", "large", "larger"] as const;
const KEY = "heyi-size";

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    // A browser that keeps nothing (private mode) still lets the type grow for this page.
    return "";
  }
}

function apply(step: string): void {
  if (step === "") delete document.documentElement.dataset["size"];
  else document.documentElement.dataset["size"] = step;
}

export function restoreSize(): void {
  apply(stored());
}

/** Large type from the start for a person who asked for it, unless this phone was already set otherwise. */
export function suggestSize(): void {
  try {
    if (localStorage.getItem(KEY) === null) apply("large");
  } catch {
    apply("large");
  }
}

export function nextSize(): string {
  const now = document.documentElement.dataset["size"] ?? "";
  const step = STEPS[(STEPS.indexOf(now as (typeof STEPS)[number]) + 1) % STEPS.length] ?? "";
  apply(step);
  try {
    localStorage.setItem(KEY, step);
  } catch {
    return step;
  }
  return step;
}

const FOOT_SHARE = 0.4;

/** Watches the fixed part at the bottom and tells whether it would take more than 40 % of the height. Returns a stop. */
export function watchFoot(foot: HTMLElement, told: (flows: boolean) => void): () => void {
  const judge = (): void => told(foot.offsetHeight > window.innerHeight * FOOT_SHARE);
  judge();
  window.addEventListener("resize", judge);
  const watcher = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(judge);
  watcher?.observe(foot);
  return () => {
    window.removeEventListener("resize", judge);
    watcher?.disconnect();
  };
}

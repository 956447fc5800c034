/**
 * Entry script of the link page: the header's tools, the four boxes, and the hand-over to the room's chunk, which is
 * fetched while the digits are typed. The token is never anywhere but in the address.
 */
import "./landing.css";
import type { SeatView } from "@heyi/core";
import { browserOf, obstacle } from "@heyi/core/ua.ts";
import { langOf, translator } from "@heyi/core/dictionary.ts";
import { landingEn } from "@heyi/core/strings/landing.en.ts";
import { landingZh } from "@heyi/core/strings/landing.zh.ts";
import { copyAddress } from "./address.ts";
import { nextSize, restoreSize, watchFoot } from "./size.ts";
import { canSpeak, readableText, toggleSpeech } from "./speak.ts";
import { forgetStale } from "./stale.ts";

const lang = langOf(document.documentElement.lang);
const t = translator(lang === "en" ? landingEn : landingZh);
const token = location.pathname.split("/").pop() ?? "";
const RETURNING = "heyi-seat";

interface Refused {
  readonly code: string;
  readonly facts: Record<string, unknown>;
}

const room = () => import("./app.ts");

async function post(path: string, body: object): Promise<SeatView | Refused> {
  const response = await fetch(`${path}?lang=${lang}`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": lang },
    body: JSON.stringify(body),
  });
  return (await response.json()) as SeatView | Refused;
}

function isRefused(answer: SeatView | Refused): answer is Refused {
  return "code" in answer;
}

function remember(): void {
  try {
    localStorage.setItem(RETURNING, token);
  } catch {
    // Without storage the digits are simply asked again.
  }
}

async function enter(seat: SeatView): Promise<void> {
  remember();
  const { openRoom } = await room();
  await openRoom(seat, lang);
}

function sentenceFor(answer: Refused): string {
  if (answer.code === "wrong_code") return t("digitsWrong", { n: Number(answer.facts["left"] ?? 0) });
  if (answer.code === "too_many_tries" || answer.code === "wrong_state") return t("digitsLocked");
  return t("digitsBusy");
}

function wireTools(): void {
  const read = document.querySelector<HTMLButtonElement>("[data-tool='read']");
  const word = read?.querySelector("span");
  if (read && canSpeak()) read.hidden = false;
  read?.addEventListener("click", () =>
    toggleSpeech(readableText(document), lang, (reading) => {
      if (word) word.textContent = t(reading ? "stopReading" : "readAloud");
    }),
  );
  document.querySelector("[data-tool='size']")?.addEventListener("click", () => nextSize());
  const foot = document.querySelector<HTMLElement>(".foot");
  if (foot) watchFoot(foot, (flows) => foot.classList.toggle("foot-flows", flows));
}

/** Tells old.js that this script runs, and takes back what it may have said before. */
function ready(): void {
  document.documentElement.dataset["ready"] = "";
  document.querySelector("[data-part='obstacle']")?.setAttribute("hidden", "");
  document.querySelector("[data-part='digits']")?.removeAttribute("hidden");
}

function showObstacle(why: "insecure" | "inApp" | "old"): void {
  const card = document.querySelector<HTMLElement>("[data-part='obstacle']");
  const digits = document.querySelector<HTMLElement>("[data-part='digits']");
  if (!card || !digits) return;
  const title = card.querySelector("h2");
  const how = card.querySelector("p");
  if (title) title.textContent = t(`${why}Title`);
  if (how) how.textContent = t(`${why}How`);
  card.querySelector("svg")?.toggleAttribute("hidden", why !== "inApp");
  card.hidden = false;
  digits.hidden = true;
  const copy = card.querySelector<HTMLButtonElement>("[data-tool='copy']");
  copy?.addEventListener("click", () => void copyLink(copy));
}

async function copyLink(button: HTMLButtonElement): Promise<void> {
  await copyAddress();
  button.textContent = t("copied");
}

/**
 * The room's part did not come. Engines remember a part that failed: another try of the digits would fail too, while
 * the page opened anew knows who is here.
 */
function lostWords(): string {
  return `${t("lostTitle")}${lang === "en" ? ". " : "。"}${t("lostHow")}`;
}

function againButton(): HTMLButtonElement {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-primary btn-wide";
  again.textContent = t("openAgain");
  again.addEventListener("click", () => location.reload());
  return again;
}

/** The link is locked, and yet he sits here: what is said of the lock gives way to what did not come. */
function lostWhileLocked(): void {
  const words = document.createElement("p");
  words.className = "field-wrong";
  words.textContent = lostWords();
  document.querySelector("[data-state-text]")?.replaceChildren(words, againButton());
}

class Boxes {
  readonly #boxes: readonly HTMLInputElement[];
  readonly #note: HTMLElement | null;
  /** Which words of the privacy notice stand above the boxes. */
  readonly #notice: string;
  #busy = false;

  constructor(form: HTMLFormElement) {
    this.#boxes = [...form.querySelectorAll<HTMLInputElement>(".digit")];
    this.#note = document.querySelector("#digits-note");
    this.#notice = form.dataset["notice"] ?? "";
    this.#boxes.forEach((box, at) => {
      box.setAttribute("aria-label", t("digitsBox", { n: at + 1 }));
      box.addEventListener("input", () => this.#typed(at));
      box.addEventListener("keydown", (event) => this.#key(at, event));
      box.addEventListener("focus", () => box.select());
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#maybeSend();
    });
  }

  #typed(at: number): void {
    // Chinese input methods type full-width figures.
    const figures = (this.#boxes[at]?.value ?? "").normalize("NFKC").replace(/\D/g, "");
    [...figures.slice(0, this.#boxes.length - at)].forEach((figure, by) => {
      const box = this.#boxes[at + by];
      if (box) box.value = figure;
    });
    const box = this.#boxes[at];
    if (box && figures === "") box.value = "";
    else this.#boxes[Math.min(this.#boxes.length - 1, at + figures.length)]?.focus();
    this.#maybeSend();
  }

  #key(at: number, event: KeyboardEvent): void {
    const back = event.key === "Backspace" && this.#boxes[at]?.value === "";
    if (back || event.key === "ArrowLeft") this.#boxes[Math.max(0, at - 1)]?.focus();
    if (event.key === "ArrowRight") this.#boxes[Math.min(this.#boxes.length - 1, at + 1)]?.focus();
  }

  #maybeSend(): void {
    const digits = this.#boxes.map((box) => box.value).join("");
    if (/^\d{4}$/.test(digits) && !this.#busy) void this.#send(digits);
  }

  async #send(digits: string): Promise<void> {
    this.#busy = true;
    this.#say(t("checking"), false);
    try {
      const answer = await post("/api/link/open", { token, digits, notice: this.#notice });
      if (isRefused(answer)) this.#refuse(sentenceFor(answer));
      else {
        this.#say(t("loading"), false);
        await enter(answer).catch(() => this.lost());
      }
    } catch {
      this.#refuse(t("digitsOffline"));
    } finally {
      this.#busy = false;
    }
  }

  lost(): void {
    this.#say(lostWords(), true);
    this.#note?.after(againButton());
    this.#boxes[0]?.closest("fieldset")?.setAttribute("hidden", "");
  }

  #refuse(sentence: string): void {
    for (const box of this.#boxes) box.value = "";
    this.#say(sentence, true);
    this.#boxes[0]?.focus();
  }

  #say(sentence: string, wrong: boolean): void {
    this.#boxes[0]?.parentElement?.classList.toggle("digits-wrong", wrong);
    if (!this.#note) return;
    this.#note.textContent = sentence;
    this.#note.className = wrong ? "field-wrong" : "explain";
  }
}

/** Whoever gave the digits before sits here still; also where a stranger's guesses have locked the link since. */
async function comeBack(lost: () => void): Promise<void> {
  let known = "";
  try {
    known = localStorage.getItem(RETURNING) ?? "";
  } catch {
    return;
  }
  if (known !== token) return;
  const answer = await post("/api/link/resume", { token });
  if (!isRefused(answer)) await enter(answer).catch(lost);
}

forgetStale();
restoreSize();
wireTools();
ready();
const state = document.body.dataset["state"];
if (state === "locked") void comeBack(lostWhileLocked).catch(() => undefined);
if (state === "open") {
  const why = obstacle(browserOf(navigator.userAgent), {
    secure: window.isSecureContext,
    peer: typeof RTCPeerConnection === "function",
    capture: typeof navigator.mediaDevices?.getUserMedia === "function",
  });
  const form = document.querySelector("form");
  if (why !== null) showObstacle(why);
  else if (form) {
    const boxes = new Boxes(form);
    void comeBack(() => boxes.lost()).catch(() => undefined);
    window.setTimeout(() => void room().catch(() => undefined), 300);
  }
}

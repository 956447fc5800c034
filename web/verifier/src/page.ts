// The page: pick a record, read what was found, compare the fingerprint.
import { able } from "./crypto.ts";
import { button, element } from "./element.ts";
import { type Files, RefusedError, fromFolder, fromZip } from "./files.ts";
import { judge } from "./judge.ts";
import type { Report } from "./report.ts";
import { drawn, fileTable } from "./result.ts";
import { en } from "./strings.en.ts";
import { type Words, zh } from "./strings.zh.ts";

type Language = "zh" | "en";
type Shown = { kind: "nothing" | "working" } | { kind: "refused"; code: RefusedError["code"] } | { kind: "found"; report: Report };

const LANGUAGES: Record<Language, { words: Words; tag: string; name: string }> = {
  zh: { words: zh, tag: "zh-CN", name: "中文" },
  en: { words: en, tag: "en", name: "English" },
};

/** Shows the page inside `root` and keeps it up to date. */
export class Page {
  #language: Language = "zh";
  #shown: Shown = { kind: "nothing" };
  #files: Files = new Map();
  #known = "";
  #stamps = "";

  constructor(private readonly root: HTMLElement) {}

  draw(): void {
    const { words, tag } = LANGUAGES[this.#language];
    document.documentElement.lang = tag;
    document.title = words.title;
    this.root.replaceChildren(
      element("header", {}, element("h1", {}, words.title), this.#languages(words)),
      element("p", {}, words.lead),
      ...(able() ? [...this.#pickers(words), ...this.#result(words)] : [element("p", { class: "verdict bad", role: "alert" }, words.unable)]),
    );
  }

  #languages(words: Words): HTMLElement {
    const one = (language: Language) =>
      button(
        LANGUAGES[language].name,
        { lang: LANGUAGES[language].tag, "aria-pressed": String(language === this.#language) },
        () => {
          this.#language = language;
          this.draw();
        },
      );
    return element("div", { role: "group", "aria-label": words.language }, one("zh"), one("en"));
  }

  #pickers(words: Words): HTMLElement[] {
    const zip = this.#picker("zip", { accept: ".zip,.asice" }, async ([file]) =>
      fromZip(new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0))),
    );
    const folder = this.#picker("folder", { webkitdirectory: "" }, fromFolder);
    return [
      element(
        "p",
        { class: "pickers" },
        element("label", { class: "pick", for: "zip" }, words.pickZip),
        zip,
        element("label", { class: "pick", for: "folder" }, words.pickFolder),
        folder,
      ),
      element("p", { class: "hint" }, words.pickHint),
    ];
  }

  #picker(id: string, attributes: Record<string, string>, read: (picked: File[]) => Promise<Files>): HTMLInputElement {
    const input = element("input", { type: "file", id, ...attributes });
    input.addEventListener("change", () => {
      const picked = [...(input.files ?? [])];
      if (picked.length) void this.#open(() => read(picked));
    });
    return input;
  }

  async #open(read: () => Promise<Files>): Promise<void> {
    [this.#known, this.#stamps] = ["", ""];
    this.#show({ kind: "working" });
    try {
      this.#files = await read();
      this.#show({ kind: "found", report: await judge(this.#files) });
    } catch (error) {
      this.#show({ kind: "refused", code: error instanceof RefusedError ? error.code : "not_a_package" });
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.draw();
  }

  #result(words: Words): HTMLElement[] {
    const shown = this.#shown;
    switch (shown.kind) {
      case "nothing":
        return [];
      case "working":
        return [element("p", { role: "status" }, words.working)];
      case "refused":
        return [element("p", { class: "verdict bad", role: "alert" }, words.refused[shown.code])];
      case "found":
        return [...drawn(shown.report, words), ...this.#rest(shown.report, words)];
    }
  }

  #rest(report: Report, words: Words): HTMLElement[] {
    if (report.issuerSha256 === "") return [];
    return [...this.#trust(report, words), fileTable(report, words), element("p", { class: "hint" }, words.script)];
  }

  #trust(report: Report, words: Words): HTMLElement[] {
    const [known, stamps] = [digitsField("known", this.#known), digitsField("stamps", this.#stamps)];
    const form = element(
      "form",
      {},
      ...labelled(known, words.known, words.knownHint),
      ...labelled(stamps, words.stamps, words.stampsHint),
      element("button", { type: "submit" }, words.compare),
    );
    form.addEventListener("submit", (submitted) => {
      submitted.preventDefault();
      void this.#compare(known.value, stamps.value);
    });
    return [
      element("h2", {}, words.trustTitle),
      element("p", {}, words.trust),
      element("p", {}, `${words.issuerPrint}:`, element("code", { class: "digits" }, grouped(report.issuerSha256))),
      form,
    ];
  }

  async #compare(known: string, stamps: string): Promise<void> {
    [this.#known, this.#stamps] = [known, stamps];
    this.#show({ kind: "found", report: await judge(this.#files, known, stamps) });
  }
}

function digitsField(id: string, value: string): HTMLInputElement {
  const field = element("input", { id, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-hint` });
  field.value = value;
  return field;
}

const labelled = (field: HTMLInputElement, label: string, hint: string): HTMLElement[] => [
  element("label", { for: field.id }, label),
  field,
  element("small", { id: `${field.id}-hint`, class: "hint" }, hint),
];

/** The digits as certificates' fingerprints are usually printed: pairs with colons. */
const grouped = (digits: string): string => (digits.toUpperCase().match(/../g) ?? []).join(":");

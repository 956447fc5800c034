import { zipSync } from "fflate";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { judge } from "../src/judge.ts";
import { Page } from "../src/page.ts";
import { BEYOND, CODES, type Fact, type Report, factOr, nothingFails } from "../src/report.ts";
import { drawn, moment } from "../src/result.ts";
import { en } from "../src/strings.en.ts";
import { zh } from "../src/strings.zh.ts";

const report = (facts: Fact[]): Report => ({
  number: "某人调字〔2026〕第1号",
  committee: "某某调委会",
  sealedAt: "2026-03-01T16:30:00.000Z",
  effectiveOn: "2026-03-02",
  manifestSha256: "ab",
  issuerSha256: "cd",
  logOrigin: "",
  facts,
  signers: [{ id: "p1", name: "<b>陈</b>", role: "party", at: "", keyControl: "browser", signatureHolds: true, sameText: false }],
  files: [],
});
const facts = (bad: string[] = []): Fact[] => CODES.map((code) => ({ code, holds: !bad.includes(code), parts: bad }));

describe("a result in words", () => {
  it("tells each fact apart, in both languages", () => {
    for (const words of [zh, en]) {
      const list = drawn(report(facts(["log_chain"])), words).find((one) => one.className === "facts");
      expect(list?.children).toHaveLength(CODES.length);
      expect([...(list?.querySelectorAll("li.no") ?? [])].map((one) => one.getAttribute("data-code"))).toEqual(["log_chain"]);
    }
  });

  it("never says that all is well without the issuer", () => {
    const unjudged = facts().map((one) => (one.code === "trusted" ? { ...one, holds: null } : one));
    expect(nothingFails(report(unjudged))).toBe(true);
    expect(drawn(report(unjudged), zh)[0]?.textContent).toBe(zh.goodUntrusted);
    expect(drawn(report(facts()), zh)[0]?.textContent).toBe(zh.good);
    expect(drawn(report(facts(["trusted"])), zh)[0]?.textContent).toBe(zh.bad);
  });

  it("says that who stamped is open, though the issuer was compared", () => {
    const parts = ["agreement.pdf#archive"];
    const open = facts().map((one) => (one.code === "trusted" ? { ...one, holds: null, parts } : one));
    for (const words of [zh, en]) {
      const [verdict, ...rest] = drawn(report(open), words);
      expect(verdict?.textContent).toBe(words.goodUnstamped);
      const line = rest.flatMap((one) => [...one.querySelectorAll('[data-code="trusted"]')])[0];
      expect(line?.className).toBe("open");
      expect(line?.textContent).toContain(words.unjudged.stampers);
      expect(line?.textContent).not.toContain(words.unjudged.trusted);
      expect(line?.textContent).toContain(parts[0]);
    }
  });

  it("shows no bare code for what only another program judges, and the roles' own names", () => {
    const open = facts().map((one) => (BEYOND.includes(one.code) ? { ...one, holds: null, parts: [one.code] } : one));
    for (const words of [zh, en]) {
      const said = drawn(report(open), words).map((one) => one.textContent).join(" ");
      expect(said).toContain(words.unjudged.beyond);
      for (const code of BEYOND) expect(said).not.toContain(code);
    }
    expect([zh.roles["mediator"], zh.roles["recorder"]]).toEqual(["人民调解员", "记录人"]);
  });

  it("says with what certificates they sign, above the signers", () => {
    expect(zh.signersIssued).toContain("由本服务器（调解委员会所用的服务器）签发的事件证书");
    expect(en.signersIssued).toContain("server-issued event certificates");
    for (const words of [zh, en]) {
      const [said, signers] = drawn(report(facts()), words).slice(-2);
      expect(said?.textContent).toBe(words.signersIssued);
      expect(signers?.className).toBe("signers");
    }
  });

  it("takes names as text, and tells the other text", () => {
    const [signer] = drawn(report(facts()), zh).slice(-1);
    expect(signer?.querySelector("b")).toBeNull();
    expect(signer?.textContent).toContain("<b>陈</b>");
    expect(signer?.textContent).toContain(zh.textBad);
  });

  it("says of a signature in SM2 that it was not judged", () => {
    const plain = report(facts());
    const open = plain.signers.map((one) => ({ ...one, sameText: true, open: true }));
    for (const words of [zh, en]) {
      const [signer] = drawn({ ...plain, signers: open }, words).slice(-1);
      expect(signer?.querySelector("li.open .mark")?.textContent).toBe("?");
      expect(signer?.textContent).toContain(words.signatureOpen);
      expect(signer?.textContent).not.toContain(words.signature + " ");
    }
  });

  it("lets what fails come before what is open", () => {
    expect(factOr("signatures", ["a"], ["b"])).toEqual({ code: "signatures", holds: false, parts: ["a"] });
    expect(factOr("signatures", [], ["b", "b"])).toEqual({ code: "signatures", holds: null, parts: ["b"] });
    expect(factOr("signatures", [], [])).toEqual({ code: "signatures", holds: true, parts: [] });
  });

  it("tells moments in China's time and leaves strange ones alone", () => {
    expect(moment("2026-03-01T16:30:00.000Z")).toBe("2026-03-02 00:30:00 +08:00");
    expect(moment("yesterday")).toBe("yesterday");
  });
});

describe("the page", () => {
  beforeEach(() => {
    document.body.innerHTML = '<main id="page"></main>';
  });

  const shown = (): HTMLElement => {
    const root = document.getElementById("page");
    if (root === null) throw new Error("no page");
    new Page(root).draw();
    return root;
  };

  it("speaks Chinese first and English at a press", () => {
    const root = shown();
    expect(root.querySelector("h1")?.textContent).toBe(zh.title);
    root.querySelector<HTMLButtonElement>("button[lang=en]")?.click();
    expect(root.querySelector("h1")?.textContent).toBe(en.title);
    expect(document.documentElement.lang).toBe("en");
  });

  it("says in words what it does not open", async () => {
    const root = shown();
    const pick = (name: string, bytes: Uint8Array) => {
      const input = root.querySelector<HTMLInputElement>("#zip");
      Object.defineProperty(input, "files", { value: [new File([Uint8Array.from(bytes)], name)] });
      input?.dispatchEvent(new Event("change"));
    };
    pick("a.txt", utf8("text"));
    await vi.waitFor(() => expect(root.textContent).toContain(zh.refused.not_a_package));
    pick("b.zip", zipSync({ "r/a": utf8("x") }));
    await vi.waitFor(() => expect(root.textContent).toContain(zh.notRecord));
  });
});

describe("what is no record", () => {
  it.each(["", "{}", '{"v":1}', '{"files":{},"signers":[],"v":1}', '{"v":2}'])("is told with manifest %j", async (text) => {
    const found = await judge(new Map([["manifest.json", utf8(text)]]));
    expect(found.facts).toEqual([{ code: "readable", holds: false, parts: ["manifest.json"] }]);
  });
});

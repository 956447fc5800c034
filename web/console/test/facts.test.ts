import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "vue";
import type { Schemas } from "../src/api/types.ts";
import { setLang } from "../src/i18n.ts";
import FactList from "../src/records/FactList.vue";

function shown(suites: readonly string[], facts: readonly Schemas["FactView"][] = []): string {
  const root = document.createElement("div");
  createApp(FactList, { facts, suites, tookMs: 800, print: "ab".repeat(32) }).mount(root);
  return root.textContent;
}

afterEach(() => setLang("zh-CN"));

describe("who stamped the log's checkpoint", () => {
  const text = (authority: string): string =>
    shown([], [{ code: "log_stamped", holds: true, parts: [], facts: { at: "2026-11-28T01:00:00Z", authority } }]);
  it("is this server, in the reader's words, where it stamps for itself", () => {
    expect(text("TIME-STAMPS log")).toContain("由本服务器自己加盖");
    setLang("en");
    expect(text("TIME-STAMPS log")).toContain("stamped by this server itself");
    expect(text("TIME-STAMPS log")).not.toContain("TIME-STAMPS");
  });
  it("is an authority by its name", () => {
    expect(text("Example TSA")).toContain("Example TSA");
  });
});

describe("by what algorithm a record was signed", () => {
  it("is one line in either language", () => {
    expect(shown(["p256-sha256"])).toContain("签名算法：P-256/SHA-256（国际通用算法）清单");
    setLang("en");
    expect(shown(["p256-sha256"])).toContain("Signature algorithm: P-256/SHA-256 (international)");
  });
  it("says which one the seal uses where there are two", () => {
    expect(shown(["sm2-sm3", "p256-sha256"])).toContain("SM2/SM3（国密算法）、P-256/SHA-256（国际通用算法）。印章用的是前一种");
  });
  it("is left out where nothing was read", () => {
    expect(shown([])).not.toContain("签名算法");
  });
});

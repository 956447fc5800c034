import { describe, expect, it } from "vitest";
import {
  CLIMB_AFTER_MS,
  DROP_AFTER_MS,
  FRESH_LINE,
  CONNECTED,
  audienceSentence,
  browserOf,
  clockForPeople,
  dayForPeople,
  delayOf,
  judge,
  lost,
  lostSeconds,
  momentForPeople,
  obstacle,
  offersTelephone,
  translator,
  tried,
} from "../src/index.ts";
import { elsewhereEn } from "../src/strings/elsewhere.en.ts";
import { elsewhereZh } from "../src/strings/elsewhere.zh.ts";
import { landingEn } from "../src/strings/landing.en.ts";
import { landingZh } from "../src/strings/landing.zh.ts";
import { ownEn } from "../src/strings/own.en.ts";
import { ownZh } from "../src/strings/own.zh.ts";
import { partyEn } from "../src/strings/party.en.ts";
import { partyZh } from "../src/strings/party.zh.ts";

describe("dictionaries", () => {
  const pairs = [
    ["landing", landingZh, landingEn],
    ["party", partyZh, partyEn],
    ["elsewhere", elsewhereZh, elsewhereEn],
    ["own", ownZh, ownEn],
  ] as const;
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]).sort();

  it.each(pairs)("%s has every key in both languages, with the same placeholders", (_name, zh, en) => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const key of Object.keys(zh)) {
      const there = (en as Record<string, string>)[key] ?? "";
      expect([key, holes(there)]).toEqual([key, holes((zh as Record<string, string>)[key] ?? "")]);
      expect(there.trim()).not.toBe("");
    }
  });

  it.each(pairs)("%s shouts at nobody", (_name, zh, en) => {
    for (const text of [...Object.values(zh), ...Object.values(en)]) expect(text).not.toMatch(/[!！]/);
  });

  it("fills placeholders and leaves unknown ones visible", () => {
    const t = translator({ hello: "{name}，{what}" });
    expect(t("hello", { name: "陈水根" })).toBe("陈水根，{what}");
  });
});

describe("audience line", () => {
  const base = {
    space: "joint",
    names: ["苏调解员", "林启航"],
    confirmed: true,
    failed: false,
    microphone: true,
    camera: true,
  } as const;

  it("names who hears", () => {
    expect(audienceSentence(base)).toMatchObject({ tone: "joint", key: "audienceHear", heard: true });
  });
  it("never claims anything before the server has confirmed", () => {
    expect(audienceSentence({ ...base, confirmed: false })).toMatchObject({ key: "audienceCutting", heard: false });
  });
  it("is an alarm when the other side is not cut off", () => {
    expect(audienceSentence({ ...base, space: "caucus", failed: true })).toMatchObject({
      tone: "alarm",
      key: "audienceNotCut",
    });
  });
  it("follows the own switches at once", () => {
    expect(audienceSentence({ ...base, microphone: false }).key).toBe("audienceSeeCount");
    expect(audienceSentence({ ...base, microphone: false, camera: false }).key).toBe("audienceNobody");
    expect(audienceSentence({ ...base, camera: false }).key).toBe("audienceHearOnly");
  });
  it("counts more than three and says 'only' in a caucus", () => {
    expect(audienceSentence({ ...base, names: ["a", "b", "c", "d"] })).toMatchObject({
      key: "audienceMany",
      vars: { count: 4 },
    });
    expect(audienceSentence({ ...base, space: "caucus", names: ["苏调解员"] })).toMatchObject({
      key: "audienceOnly",
      tone: "caucus",
    });
  });
});

describe("quality ladder", () => {
  const sample = (at: number, loss: number) => ({ at, loss, rttMs: 50 });
  it("goes down one rung after six bad seconds and up after fifteen good ones", () => {
    let line = judge(FRESH_LINE, sample(0, 0.2));
    expect(line.rung).toBe("good");
    line = judge(line, sample(DROP_AFTER_MS, 0.2));
    expect(line.rung).toBe("smaller");
    line = judge(line, sample(DROP_AFTER_MS + 2_000, 0));
    line = judge(line, sample(DROP_AFTER_MS + 2_000 + CLIMB_AFTER_MS - 1, 0));
    expect(line.rung).toBe("smaller");
    line = judge(line, sample(DROP_AFTER_MS + 2_000 + CLIMB_AFTER_MS, 0));
    expect(line.rung).toBe("good");
  });
  it("stays within the ladder whatever comes", () => {
    let line = FRESH_LINE;
    for (let at = 0; at < 400_000; at += 2_000) line = judge(line, sample(at, at % 3 === 0 ? 0 : 0.5));
    expect(["good", "smaller", "noOwnPicture", "sound", "telephone"]).toContain(line.rung);
  });
});

describe("reconnect policy", () => {
  it("tries at once, then after 1, 2, 4, 4 seconds", () => {
    expect([0, 1, 2, 3, 9].map(delayOf)).toEqual([0, 1_000, 2_000, 4_000, 4_000]);
  });
  it("counts from the first loss and offers the telephone after a minute", () => {
    const state = tried(lost(lost(CONNECTED, 1_000), 9_000));
    expect(lostSeconds(state, 13_400)).toBe(12);
    expect(offersTelephone(state, 60_999)).toBe(false);
    expect(offersTelephone(state, 61_000)).toBe(true);
  });
});

describe("browsers", () => {
  const android = "Mozilla/5.0 (Linux; Android 13; V2171A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36";
  const matrix: readonly (readonly [string, string, string, boolean])[] = [
    [`${android} XWEB/1160083 MMWEBSDK/20231105 MicroMessenger/8.0.44`, "wechat", "android", true],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.43", "wechat", "ios", true],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/107.0 Safari/537.36 MicroMessenger/7.0.20 WindowsWechat", "wechatDesktop", "desktop", true],
    [`${android} wxwork/4.1.10 MicroMessenger/7.0.1`, "wecom", "android", true],
    [`${android} AlipayClient/10.5.0`, "alipay", "android", true],
    [`${android} DingTalk/7.0`, "dingtalk", "android", true],
    [`${android} HuaweiBrowser/14.0.2.300`, "huawei", "android", false],
    [`${android} UCBrowser/15.5.8`, "uc", "android", false],
    [`${android} Quark/6.6.6`, "quark", "android", false],
    [`${android} MQQBrowser/13.6`, "qqBrowser", "android", false],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1", "safari", "ios", false],
    ["Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1", "chrome", "harmony", false],
  ];
  it.each(matrix)("%s", (agent, app, system, inApp) => {
    expect(browserOf(agent)).toEqual({ app, system, inApp });
  });
  it("lets features decide, and the name only choose the help", () => {
    const can = { secure: true, peer: true, capture: true };
    const wechat = browserOf(`${android} MicroMessenger/8.0.44`);
    expect(obstacle(wechat, can)).toBeNull();
    expect(obstacle(wechat, { ...can, capture: false })).toBe("inApp");
    expect(obstacle(browserOf("WindowsWechat MicroMessenger"), can)).toBe("inApp");
    expect(obstacle(browserOf(android), { ...can, peer: false })).toBe("old");
    expect(obstacle(browserOf(android), { ...can, secure: false })).toBe("insecure");
  });
});

describe("dates for people", () => {
  it("says day, half of the day and exact moment in the committee's zone", () => {
    expect(dayForPeople("2025-03-14T01:00:00Z", "zh-CN")).toBe("3 月 14 日（星期五）");
    expect(clockForPeople("2025-03-14T01:00:00Z", "zh-CN", true)).toBe("上午 9:00");
    expect(clockForPeople("2025-03-14T06:05:00Z", "zh-CN", true)).toBe("下午 2:05");
    expect(clockForPeople("2025-03-14T02:02:00Z", "zh-CN")).toBe("10:02");
    expect(momentForPeople("2025-03-14T03:38:20Z", "zh-CN")).toBe("2025 年 3 月 14 日 11:38:20");
    expect(dayForPeople("2025-03-14T01:00:00Z", "en")).toMatch(/Friday/);
  });
});

/**
 * Which browser this is, as data. The feature test decides whether a picture can be sent; the name here only chooses
 * the help text, because a user agent string alone is never enough.
 */

export type App =
  | "wechat"
  | "wecom"
  | "wechatDesktop"
  | "qq"
  | "qqBrowser"
  | "alipay"
  | "dingtalk"
  | "weibo"
  | "baidu"
  | "uc"
  | "quark"
  | "huawei"
  | "xiaomi"
  | "samsung"
  | "firefox"
  | "edge"
  | "chrome"
  | "safari"
  | "other";

/** `inApp`: a browser inside another app, where the cure is its own menu "open in browser". First match wins. */
interface Rule {
  readonly app: App;
  readonly pattern: RegExp;
  readonly inApp: boolean;
}

const RULES: readonly Rule[] = [
  { app: "wechatDesktop", pattern: /WindowsWechat|MacWechat/i, inApp: true },
  { app: "wecom", pattern: /wxwork/i, inApp: true },
  { app: "wechat", pattern: /MicroMessenger/i, inApp: true },
  { app: "dingtalk", pattern: /DingTalk/i, inApp: true },
  { app: "alipay", pattern: /AlipayClient/i, inApp: true },
  { app: "weibo", pattern: /Weibo/i, inApp: true },
  { app: "qq", pattern: /\bQQ\/\d/i, inApp: true },
  { app: "qqBrowser", pattern: /MQQBrowser/i, inApp: false },
  { app: "baidu", pattern: /baiduboxapp|BIDUBrowser/i, inApp: true },
  { app: "quark", pattern: /Quark\//i, inApp: false },
  { app: "uc", pattern: /UCBrowser|UCWEB/i, inApp: false },
  { app: "huawei", pattern: /HuaweiBrowser/i, inApp: false },
  { app: "xiaomi", pattern: /MiuiBrowser/i, inApp: false },
  { app: "samsung", pattern: /SamsungBrowser/i, inApp: false },
  { app: "edge", pattern: /\bEdg(A|iOS)?\//i, inApp: false },
  { app: "firefox", pattern: /Firefox\/|FxiOS\//i, inApp: false },
  { app: "chrome", pattern: /Chrome\/|CriOS\//i, inApp: false },
  { app: "safari", pattern: /Version\/[\d.]+ (Mobile\/\S+ )?Safari\//i, inApp: false },
];

export interface Browser {
  readonly app: App;
  readonly system: "android" | "ios" | "harmony" | "desktop";
  readonly inApp: boolean;
}

function systemOf(agent: string): Browser["system"] {
  if (/OpenHarmony|HarmonyOS/i.test(agent)) return "harmony";
  if (/Android/i.test(agent)) return "android";
  return /iPhone|iPad|iPod/i.test(agent) ? "ios" : "desktop";
}

export function browserOf(agent: string): Browser {
  const rule = RULES.find((each) => each.pattern.test(agent));
  return { app: rule?.app ?? "other", system: systemOf(agent), inApp: rule?.inApp ?? false };
}

/** What the page itself can do here; a plain object, so that the decision needs no browser. */
export interface Features {
  readonly secure: boolean;
  readonly peer: boolean;
  readonly capture: boolean;
}

/** Why no picture can be sent, or null when it can. Desktop WeChat receives but never sends. */
export function obstacle(browser: Browser, features: Features): "insecure" | "inApp" | "old" | null {
  if (!features.secure) return "insecure";
  const can = features.peer && features.capture && browser.app !== "wechatDesktop";
  if (can) return null;
  return browser.inApp ? "inApp" : "old";
}

import type { Dictionary } from "../dictionary.ts";
import type { troubleZh } from "./trouble.zh.ts";

export const troubleEn: Dictionary<keyof typeof troubleZh> = {
  notSent: "It did not get through. Please tap again.",
  minutesKept: "Your words are kept. Tap “Not right” to go on.",
  minutesChanged: "The minutes have just changed, please read them again. Your words are kept.",
};

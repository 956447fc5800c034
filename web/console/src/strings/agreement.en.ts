import type { Dictionary } from "@heyi/core";
import type { agreementZh } from "./agreement.zh.ts";

export const agreementEn: Dictionary<keyof typeof agreementZh> = {};

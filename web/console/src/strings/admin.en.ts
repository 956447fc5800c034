import type { Dictionary } from "@heyi/core";
import type { adminZh } from "./admin.zh.ts";

export const adminEn: Dictionary<keyof typeof adminZh> = {};

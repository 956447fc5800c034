import type { Dictionary } from "@heyi/core";
import type { recordsZh } from "./records.zh.ts";

export const recordsEn: Dictionary<keyof typeof recordsZh> = {};

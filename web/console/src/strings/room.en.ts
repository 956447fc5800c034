import type { Dictionary } from "@heyi/core";
import type { roomZh } from "./room.zh.ts";

export const roomEn: Dictionary<keyof typeof roomZh> = {};

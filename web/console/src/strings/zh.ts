/** The whole Chinese dictionary; its keys are the type every other language must match. */
import { shellZh } from "./shell.zh.ts";
import { todayZh } from "./today.zh.ts";
import { casesZh } from "./cases.zh.ts";
import { logZh } from "./log.zh.ts";
import { roomZh } from "./room.zh.ts";
import { agreementZh } from "./agreement.zh.ts";
import { recordsZh } from "./records.zh.ts";
import { recordingZh } from "./recording.zh.ts";
import { keepingZh } from "./keeping.zh.ts";
import { sealingZh } from "./sealing.zh.ts";
import { adminZh } from "./admin.zh.ts";

export const zh = { ...shellZh, ...todayZh, ...casesZh, ...logZh, ...roomZh, ...agreementZh, ...recordsZh, ...recordingZh, ...keepingZh, ...sealingZh, ...adminZh } as const;
export type Key = keyof typeof zh;

/** The whole English dictionary. */
import type { Dictionary } from "@heyi/core";
import type { Key } from "./zh.ts";
import { shellEn } from "./shell.en.ts";
import { todayEn } from "./today.en.ts";
import { casesEn } from "./cases.en.ts";
import { logEn } from "./log.en.ts";
import { roomEn } from "./room.en.ts";
import { agreementEn } from "./agreement.en.ts";
import { recordsEn } from "./records.en.ts";
import { recordingEn } from "./recording.en.ts";
import { keepingEn } from "./keeping.en.ts";
import { sealingEn } from "./sealing.en.ts";
import { adminEn } from "./admin.en.ts";

export const en: Dictionary<Key> = {
  ...shellEn,
  ...todayEn,
  ...casesEn,
  ...logEn,
  ...roomEn,
  ...agreementEn,
  ...recordsEn,
  ...recordingEn,
  ...keepingEn,
  ...sealingEn,
  ...adminEn,
};

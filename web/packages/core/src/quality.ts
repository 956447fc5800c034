/**
 * Quality ladder of one phone's line: audio first, pictures are given up step by step, and climb back slowly.
 * Input is one sample every two seconds; the numbers are planning values, changed here alone.
 */

/** Rungs from best to worst. At `sound` no picture is asked for; at `telephone` the phone number is offered. */
export const RUNGS = ["good", "smaller", "noOwnPicture", "sound", "telephone"] as const;
export type Rung = (typeof RUNGS)[number];

/** `loss` is a share 0..1 of the last interval, `rttMs` a round trip. */
export interface LineSample {
  readonly at: number;
  readonly loss: number;
  readonly rttMs: number;
}

export interface LineState {
  readonly rung: Rung;
  readonly badSince: number | null;
  readonly goodSince: number | null;
}

export const FRESH_LINE: LineState = { rung: "good", badSince: null, goodSince: null };
export const DROP_AFTER_MS = 6_000;
export const CLIMB_AFTER_MS = 15_000;

export function isBad(sample: LineSample): boolean {
  return sample.loss > 0.05 || sample.rttMs > 600;
}

function step(rung: Rung, by: 1 | -1): Rung {
  const next = Math.max(0, Math.min(RUNGS.length - 1, RUNGS.indexOf(rung) + by));
  return RUNGS[next] ?? rung;
}

/** One sample further. A rung is left downwards after 6 s of bad line, upwards after 15 s of good line. */
export function judge(state: LineState, sample: LineSample): LineState {
  if (isBad(sample)) {
    const since = state.badSince ?? sample.at;
    if (sample.at - since < DROP_AFTER_MS) return { rung: state.rung, badSince: since, goodSince: null };
    return { rung: step(state.rung, 1), badSince: sample.at, goodSince: null };
  }
  const since = state.goodSince ?? sample.at;
  if (sample.at - since < CLIMB_AFTER_MS) return { rung: state.rung, badSince: null, goodSince: since };
  return { rung: step(state.rung, -1), badSince: null, goodSince: sample.at };
}

export interface SendLimits {
  readonly maxBitrate: number;
  readonly maxFramerate: number;
  readonly picture: boolean;
}

/** What this phone sends at a rung: 640x360 at 15 pictures a second and 400 kbit/s when the line is good. */
export function sendLimits(rung: Rung): SendLimits {
  if (rung === "good") return { maxBitrate: 400_000, maxFramerate: 15, picture: true };
  if (rung === "smaller") return { maxBitrate: 180_000, maxFramerate: 8, picture: true };
  return { maxBitrate: 100_000, maxFramerate: 8, picture: false };
}

/** Word for the device check, from a round trip in ms: the keys exist in every dictionary of the apps. */
export function lineWord(rttMs: number | null): "lineGood" | "lineFair" | "linePoor" {
  if (rttMs === null) return "linePoor";
  if (rttMs <= 150) return "lineGood";
  return rttMs <= 600 ? "lineFair" : "linePoor";
}

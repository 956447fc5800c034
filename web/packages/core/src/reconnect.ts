/** Reconnect policy: when to make a new connection beside the old one, and when to offer the telephone. Times in ms. */

/** Why the line is doubted. `online` and `route` come from the browser, `silence` from our own count of packets. */
export type LossSign = "online" | "route" | "silence" | "failed" | "socket";

export interface ReconnectState {
  readonly attempt: number;
  readonly lostAt: number | null;
}

export const CONNECTED: ReconnectState = { attempt: 0, lostAt: null };
/** No report from the server for this long means that the media path is gone (it reports every 400 to 500 ms). */
export const SILENCE_MS = 1_200;
/** A report and a half late: time to ask whether the server still hears us at all. */
export const LATE_MS = 700;
/** No answer to that question for so long means that the line is dead too. */
export const LINE_ANSWER_MS = 700;
/** From here on the screen offers the telephone number. */
export const TELEPHONE_AFTER_MS = 60_000;
/** A new connection that has carried nothing for this long is given up and replaced. */
export const ATTEMPT_TIMEOUT_MS = 6_000;
const STEPS_MS: readonly number[] = [0, 1_000, 2_000, 4_000];

/** Waiting time before the given attempt (0 is the first); later attempts keep the longest step. */
export function delayOf(attempt: number): number {
  return STEPS_MS[Math.min(attempt, STEPS_MS.length - 1)] ?? 0;
}

export function lost(state: ReconnectState, now: number): ReconnectState {
  return { attempt: state.attempt, lostAt: state.lostAt ?? now };
}

export function tried(state: ReconnectState): ReconnectState {
  return { ...state, attempt: state.attempt + 1 };
}

export function offersTelephone(state: ReconnectState, now: number): boolean {
  return state.lostAt !== null && now - state.lostAt >= TELEPHONE_AFTER_MS;
}

/** Whole seconds since the line went, for the notice. */
export function lostSeconds(state: ReconnectState, now: number): number {
  return state.lostAt === null ? 0 : Math.max(0, Math.floor((now - state.lostAt) / 1_000));
}

/** What a peer connection really carries: loss, round trip, bytes. The liveness decision rests on received reports. */
import type { LineSample } from "@heyi/core";

export interface Counters {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  readonly bytes: number;
  readonly rttMs: number;
  /** Newest moment at which the other end is known to have answered (ms of the monotonic clock), 0 when never. */
  readonly heardAt: number;
  readonly framesDecoded: number;
}

export const NO_COUNTERS: Counters = {
  at: 0,
  received: 0,
  lost: 0,
  bytes: 0,
  rttMs: 0,
  heardAt: 0,
  framesDecoded: 0,
};

interface AnyStat {
  readonly type: string;
  readonly [name: string]: unknown;
}

function count(stat: AnyStat, name: string): number {
  const value = stat[name];
  return typeof value === "number" ? value : 0;
}

/** Adds the reports of one moment up; `previous` tells whether the far end has been heard since. */
export function tally(reports: Iterable<AnyStat>, at: number, previous: Counters): Counters {
  let [received, lost, bytes, rttMs, answers, framesDecoded] = [0, 0, 0, 0, 0, 0];
  for (const stat of reports) {
    if (stat.type === "inbound-rtp") {
      received += count(stat, "packetsReceived");
      lost += Math.max(0, count(stat, "packetsLost"));
      framesDecoded += count(stat, "framesDecoded");
    } else if (stat.type === "candidate-pair" && (stat["nominated"] === true || stat["selected"] === true)) {
      bytes += count(stat, "bytesReceived");
      answers += count(stat, "responsesReceived");
      rttMs = Math.max(rttMs, count(stat, "currentRoundTripTime") * 1_000);
    } else if (stat.type === "remote-inbound-rtp") {
      answers += count(stat, "roundTripTimeMeasurements");
      rttMs = Math.max(rttMs, count(stat, "roundTripTime") * 1_000);
    }
  }
  const moved = bytes + answers !== previous.bytes;
  return {
    at,
    received,
    lost,
    bytes: bytes + answers,
    rttMs,
    heardAt: moved ? at : previous.heardAt,
    framesDecoded,
  };
}

/** Loss and round trip of the interval between two readings. */
export function sampleOf(before: Counters, now: Counters): LineSample {
  const got = Math.max(0, now.received - before.received);
  const gone = Math.max(0, now.lost - before.lost);
  return { at: now.at, loss: got + gone === 0 ? 0 : gone / (got + gone), rttMs: now.rttMs };
}

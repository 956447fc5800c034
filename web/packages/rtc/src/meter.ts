/** Level meter of the microphone: a value 0..1 about twelve times a second, and a warning after five silent seconds. */

export interface Meter {
  close(): void;
}

export interface MeterReading {
  readonly level: number;
  /** No sound at all for five seconds (a closed or covered microphone, not a quiet room). */
  readonly silent: boolean;
}

const EVERY_MS = 80;
export const SILENT_AFTER_MS = 5_000;
/** A working microphone in a quiet room stays above this; a pinned zero does not. */
const NOISE_FLOOR = 0.0008;

/** Root mean square of byte samples centred on 128, as 0..1. */
export function loudness(samples: Uint8Array): number {
  let sum = 0;
  for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** Bars of the meter: a square root makes quiet speech visible. */
export function barsLit(level: number, bars: number): number {
  return Math.min(bars, Math.round(Math.sqrt(level * 4) * bars));
}

type AudioWindow = typeof globalThis & { webkitAudioContext?: typeof AudioContext };

/** Starts metering; null where the browser has no audio context. */
export function createMeter(track: MediaStreamTrack, told: (reading: MeterReading) => void): Meter | null {
  const Context = globalThis.AudioContext ?? (globalThis as AudioWindow).webkitAudioContext;
  if (Context === undefined) return null;
  const context = new Context();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  let quietMs = 0;
  const timer = window.setInterval(() => {
    if (context.state !== "running") {
      void context.resume();
      return;
    }
    analyser.getByteTimeDomainData(samples);
    const level = loudness(samples);
    quietMs = level < NOISE_FLOOR && !document.hidden ? quietMs + EVERY_MS : 0;
    told({ level, silent: quietMs >= SILENT_AFTER_MS });
  }, EVERY_MS);
  return {
    close() {
      window.clearInterval(timer);
      void context.close();
    },
  };
}

/** Records a few seconds of the own microphone and plays them back: "can I be understood". */
export async function playBack(
  track: MediaStreamTrack,
  ms: number,
  stage: (now: "recording" | "playing" | "done") => void,
): Promise<void> {
  if (typeof MediaRecorder === "undefined") return stage("done");
  const recorder = new MediaRecorder(new MediaStream([track]));
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((done) => recorder.addEventListener("stop", done));
  stage("recording");
  recorder.start();
  window.setTimeout(() => { if (recorder.state !== "inactive") recorder.stop(); }, ms);
  await stopped;
  const address = URL.createObjectURL(new Blob(parts, { type: recorder.mimeType }));
  const player = new Audio(address);
  const over = new Promise((done) => {
    player.addEventListener("ended", done);
    player.addEventListener("error", done);
  });
  stage("playing");
  await player.play().then(() => over, () => undefined);
  URL.revokeObjectURL(address);
  stage("done");
}

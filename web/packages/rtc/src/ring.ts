/** The promised ring and vibration: two soft tones, twice, without any sound file. */

type AudioWindow = typeof globalThis & { webkitAudioContext?: typeof AudioContext };
const TONES_HZ: readonly number[] = [660, 880];
const TONE_S = 0.22;

export interface Bell {
  ring(): void;
  close(): void;
}

/** Make it inside a tap, or browsers keep it silent. */
export function createBell(): Bell {
  const Context = globalThis.AudioContext ?? (globalThis as AudioWindow).webkitAudioContext;
  const context = Context === undefined ? null : new Context();
  const tone = (at: number, hertz: number): void => {
    if (context === null) return;
    const source = context.createOscillator();
    const volume = context.createGain();
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.3, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + TONE_S);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + TONE_S);
  };
  return {
    ring() {
      if (typeof navigator.vibrate === "function") navigator.vibrate([300, 150, 300]);
      if (context === null) return;
      void context.resume();
      for (const round of [0, 1]) {
        TONES_HZ.forEach((hertz, index) => tone(context.currentTime + round * 0.8 + index * TONE_S, hertz));
      }
    },
    close() {
      void context?.close();
    },
  };
}

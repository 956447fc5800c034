/** Keeps the screen awake while waiting and talking. Asked for in a tap, asked for again when the page comes back. */

export interface Wake {
  hold(): void;
  release(): void;
}

export function createWake(): Wake {
  let wanted = false;
  let lock: WakeLockSentinel | null = null;
  // A late answer of an older request must not replace the present one.
  let generation = 0;

  const request = async (): Promise<void> => {
    if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
    const mine = ++generation;
    try {
      const got = await navigator.wakeLock.request("screen");
      if (mine !== generation || !wanted) await got.release();
      else lock = got;
    } catch (error) {
      // Low battery or a policy may refuse; the screen then sleeps and the seat is kept by the server.
      if (!(error instanceof DOMException)) throw error;
    }
  };
  const returned = (): void => {
    if (wanted && document.visibilityState === "visible") void request();
  };
  return {
    hold() {
      if (wanted) return;
      wanted = true;
      document.addEventListener("visibilitychange", returned);
      void request();
    },
    release() {
      wanted = false;
      generation += 1;
      document.removeEventListener("visibilitychange", returned);
      void lock?.release();
      lock = null;
    },
  };
}

/** Tests the line before the room: a round trip over HTTP, and whether a WebSocket to this server opens at all. */

export interface LineCheck {
  readonly websocket: boolean;
  /** Median round trip in ms; null when nothing answered. */
  readonly rttMs: number | null;
}

const TRIES = 3;
const SOCKET_MS = 5_000;

async function roundTrip(): Promise<number | null> {
  const began = performance.now();
  try {
    const response = await fetch("/healthz", { cache: "no-store", credentials: "omit" });
    return response.ok ? Math.round(performance.now() - began) : null;
  } catch {
    return null;
  }
}

function socketOpens(): Promise<boolean> {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new Promise((done) => {
    const socket = new WebSocket(`${scheme}://${location.host}/socket.io/?EIO=4&transport=websocket`);
    const finish = (opened: boolean): void => {
      window.clearTimeout(timer);
      socket.close();
      done(opened);
    };
    const timer = window.setTimeout(() => finish(false), SOCKET_MS);
    socket.addEventListener("message", () => finish(true));
    socket.addEventListener("error", () => finish(false));
  });
}

export async function measureLine(): Promise<LineCheck> {
  const times: number[] = [];
  for (let each = 0; each < TRIES; each += 1) {
    const time = await roundTrip();
    if (time !== null) times.push(time);
  }
  times.sort((one, two) => one - two);
  return { websocket: await socketOpens(), rttMs: times[Math.floor(times.length / 2)] ?? null };
}

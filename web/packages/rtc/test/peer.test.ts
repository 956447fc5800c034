/** The connection of a seat over a browser that answers as the standard says; only packets and time are the test's. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sendLimits, type Offer, type Rung } from "@heyi/core";
import { Peer } from "../src/index.ts";

class Sender {
  track: unknown = null;
  encodings = [{}];

  replaceTrack(track: unknown): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
  getParameters(): { encodings: object[] } {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })) };
  }
  setParameters({ encodings }: { encodings: object[] }): Promise<void> {
    this.encodings = encodings;
    return Promise.resolve();
  }
}

class Connection extends EventTarget {
  static made: Connection[] = [];
  connectionState: RTCPeerConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  bytes = 0;
  packets = 0;
  frames = 0;
  readonly configuration: RTCConfiguration;
  readonly #transceivers = Array.from({ length: 16 }, (_, index) => ({
    direction: "recvonly",
    receiver: { track: { index, of: this } },
    sender: new Sender(),
  }));

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
    Connection.made.push(this);
  }
  getTransceivers() {
    return this.#transceivers;
  }
  setRemoteDescription = () => Promise.resolve();
  createAnswer = () => Promise.resolve({ sdp: "answer" });
  setLocalDescription(description: { sdp: string }) {
    this.localDescription = description;
    return Promise.resolve();
  }
  getStats() {
    const stats = [
      { type: "candidate-pair", nominated: true, bytesReceived: this.bytes },
      { type: "inbound-rtp", packetsReceived: this.packets + this.frames, framesDecoded: this.frames },
    ];
    return Promise.resolve(new Map(stats.map((stat, index) => [String(index), stat])));
  }
  becomes(state: RTCPeerConnectionState) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
  close() {
    this.connectionState = "closed";
  }
}

const RELAYS = [{ urls: ["turn:turn.example.org:3478"], username: "1:seat", credential: "pass" }];
const offer = (connection: string): Offer => ({ connection, sdp: "offer", ice_servers: RELAYS });

/** Which connection a track belongs to, by the order in which they were made. */
function made(track: MediaStreamTrack | null): number {
  return Connection.made.indexOf((track as unknown as { of: Connection }).of);
}

/** The picture's sender of a connection: its track and what it may send. */
function pictureOf(connection: Connection): readonly [unknown, object | undefined] {
  const sender = connection.getTransceivers()[1]?.sender;
  return [sender?.track, sender?.encodings[0]];
}

function seat(rung: Rung = "good") {
  const told: string[] = [];
  const asked: string[] = [];
  const pending: ((ok: boolean) => void)[] = [];
  const peer = new Peer(
    {
      start: () => {
        asked.push("start");
        return new Promise((resolve) => pending.push(resolve));
      },
      answer: (connection) => {
        asked.push(`answer ${connection}`);
        return Promise.resolve(true);
      },
      stop: (connection) => asked.push(`stop ${connection}`),
    },
    {
      slot: (slot, audio, video) => slot === 0 && told.push(`slot ${made(audio)}${made(video)}`),
      up: () => told.push("up"),
      late: () => told.push("late"),
      lost: (_state, sign) => told.push(sign),
      line: () => undefined,
    },
    sendLimits(rung),
  );
  return { peer, told, asked, pending };
}

async function flow(connections: Connection[], ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 50) {
    for (const one of connections) one.bytes += 100;
    await vi.advanceTimersByTimeAsync(50);
  }
}

async function connected() {
  const it = seat();
  it.peer.open();
  it.pending[0]?.(true);
  await it.peer.offered(offer("first"));
  const [first] = Connection.made;
  if (!first) throw new Error("no connection");
  first.becomes("connected");
  await flow([first], 500);
  return { ...it, first };
}

async function next(peer: Peer, name: string): Promise<Connection> {
  await peer.offered(offer(name));
  const made = Connection.made.at(-1);
  if (!made) throw new Error("no connection");
  return made;
}

beforeEach(() => {
  Connection.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("RTCPeerConnection", Connection);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a seat's connection", () => {
  it("gives the browser the relays that came with the offer", async () => {
    const { first, peer } = await connected();
    expect(first.configuration.iceServers).toEqual(RELAYS);
    peer.close();
  });

  it.each([
    ["good", true, 400_000, 15],
    ["smaller", true, 180_000, 8],
    ["sound", false, 100_000, 8],
  ] as const)("sends within its limits from the first packet on: %s", async (rung, picture, maxBitrate, maxFramerate) => {
    const { peer } = seat(rung);
    const camera = { kind: "video" } as MediaStreamTrack;
    await peer.send(null, camera);
    peer.open();
    const first = await next(peer, "first");
    expect(pictureOf(first)).toEqual([picture ? camera : null, { maxBitrate, maxFramerate }]);
    await peer.limit(sendLimits("noOwnPicture"));
    expect(pictureOf(first)[0]).toBeNull();
    peer.close();
  });

  it("is kept while reports come, however few", async () => {
    const { first, told, peer } = await connected();
    for (let second = 0; second < 5; second += 0.5) {
      first.bytes += 60;
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(told).toEqual(["slot 00", "up"]);
    peer.close();
  });

  it("asks about the line after one report and a half, and for another connection after two", async () => {
    const { told, asked, peer } = await connected();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(["slot 00", "up", "late"]);
    expect(asked.filter((one) => one === "start")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(750);
    expect(told).toContain("silence");
    expect(asked.filter((one) => one === "start")).toHaveLength(2);
    peer.close();
  });

  it("hears the new connection at once, and keeps the old picture until it carries one", async () => {
    const { first, asked, told, peer } = await connected();
    first.frames = 10;
    await flow([first], 300);
    window.dispatchEvent(new Event("online"));
    await flow([first], 50);
    const second = await next(peer, "second");
    second.becomes("connected");
    second.packets = 20;
    await flow([first, second], 300);
    expect(peer.connection).toBe(first);
    expect(first.connectionState).toBe("connected");
    expect(told.at(-1)).toBe("slot 10");
    second.frames = 1;
    await flow([first, second], 100);
    expect(peer.connection).toBe(second);
    expect(first.connectionState).toBe("closed");
    expect(asked).toContain("stop first");
    expect(told.filter((one) => one === "up")).toHaveLength(2);
    peer.close();
  });

  it("takes over in a lobby too, where no picture ever comes", async () => {
    const { first, peer } = await connected();
    window.dispatchEvent(new Event("online"));
    await flow([first], 50);
    const second = await next(peer, "second");
    second.becomes("connected");
    await flow([first, second], 1_000);
    expect(peer.connection).toBe(second);
    peer.close();
  });

  it("loses nothing by a newcomer that fails", async () => {
    const { first, peer } = await connected();
    window.dispatchEvent(new Event("online"));
    await flow([first], 50);
    const second = await next(peer, "second");
    second.becomes("failed");
    await flow([first], 200);
    expect(peer.connection).toBe(first);
    expect(first.connectionState).toBe("connected");
    peer.close();
  });

  it("asks at once on a new line, whatever the old line still owes", async () => {
    const { asked, pending, peer } = await connected();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(asked.filter((one) => one === "start")).toHaveLength(2);
    peer.again();
    expect(asked.filter((one) => one === "start")).toHaveLength(3);
    pending[1]?.(false);
    pending[2]?.(true);
    const second = await next(peer, "second");
    second.becomes("connected");
    await flow([second], 2_000);
    expect(peer.connection).toBe(second);
    expect(asked.filter((one) => one === "start")).toHaveLength(3);
    peer.close();
  });

  it("does nothing once it is closed", async () => {
    const { first, peer, asked } = await connected();
    peer.close();
    const before = asked.length;
    peer.again();
    await peer.offered(offer("late"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(before);
    expect(Connection.made).toEqual([first]);
  });
});

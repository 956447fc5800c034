import { describe, expect, it } from "vitest";
import { MediaOwner, NO_COUNTERS, barsLit, loudness, sampleOf, slotOfLine, tally, troubleOf, type MediaPort } from "../src/index.ts";

class Track extends EventTarget {
  readonly kind: "audio" | "video";
  readyState = "live";
  muted = false;

  constructor(kind: "audio" | "video") {
    super();
    this.kind = kind;
  }
  stop(): void {
    this.readyState = "ended";
  }
}

function stream(...kinds: ("audio" | "video")[]): MediaStream {
  const tracks = kinds.map((kind) => new Track(kind));
  return {
    getTracks: () => tracks,
    getAudioTracks: () => tracks.filter((track) => track.kind === "audio"),
    getVideoTracks: () => tracks.filter((track) => track.kind === "video"),
  } as unknown as MediaStream;
}

/** A device that answers the given way, one answer a call; `error name` or the tracks it gives. */
function device(...answers: (string | ("audio" | "video")[])[]): MediaPort & { asked: MediaStreamConstraints[]; waited: number[] } {
  const asked: MediaStreamConstraints[] = [];
  const waited: number[] = [];
  return {
    asked,
    waited,
    getUserMedia: (constraints) => {
      asked.push(constraints);
      const answer = answers[asked.length - 1] ?? "NotFoundError";
      return typeof answer === "string"
        ? Promise.reject(new DOMException("no", answer))
        : Promise.resolve(stream(...answer));
    },
    wait: (ms) => {
      waited.push(ms);
      return Promise.resolve();
    },
  };
}

describe("camera and microphone", () => {
  it("asks for both at once", async () => {
    const port = device(["audio", "video"]);
    const owner = new MediaOwner(() => undefined, port);
    const state = await owner.open(true);
    expect(state.phase).toBe("open");
    expect(port.asked).toHaveLength(1);
    expect(state.audio && state.video).toBeTruthy();
  });

  it("takes sound alone as a result when there is no camera", async () => {
    const owner = new MediaOwner(() => undefined, device("NotFoundError", ["audio"]));
    const state = await owner.open(true);
    expect([state.phase, state.video]).toEqual(["open", null]);
  });

  it("waits and tries again when the device is busy", async () => {
    const port = device("NotReadableError", ["audio", "video"]);
    const state = await new MediaOwner(() => undefined, port).open(true);
    expect(state.phase).toBe("open");
    expect(port.waited).toEqual([300]);
  });

  it("never asks again by itself when the person said no", async () => {
    const port = device("NotAllowedError");
    const state = await new MediaOwner(() => undefined, port).open(true);
    expect([state.phase, state.trouble, port.asked.length]).toEqual(["trouble", "denied", 1]);
  });

  it("flips the picture without touching the microphone", async () => {
    const port = device(["audio", "video"], ["video"]);
    const owner = new MediaOwner(() => undefined, port);
    await owner.open(true);
    const microphone = owner.state.audio;
    await owner.flip();
    expect(owner.state.audio).toBe(microphone);
    expect(port.asked[1]?.audio).toBe(false);
    expect(owner.state.facing).toBe("environment");
  });

  /** A device that has opened both and gives the next streams when the test says so. */
  async function slow() {
    const first = stream("audio", "video");
    const later: ((stream: MediaStream) => void)[] = [];
    let asked = 0;
    const port: MediaPort = {
      getUserMedia: () => ((asked += 1) === 1 ? Promise.resolve(first) : new Promise((resolve) => later.push(resolve))),
      wait: () => Promise.resolve(),
    };
    const owner = new MediaOwner(() => undefined, port);
    await owner.open(true);
    return { owner, later, first };
  }

  it("opens one camera only, however often it is tapped meanwhile", async () => {
    const { owner, later, first } = await slow();
    const taps = [owner.flip(), owner.flip(), owner.add("video")];
    expect(owner.state.video).toBe(first.getVideoTracks()[0]);
    const second = stream("video");
    for (const give of later) give(second);
    const track = second.getTracks()[0];
    expect(await Promise.all(taps)).toEqual([track, track, track]);
    expect([later.length, owner.state.facing, first.getVideoTracks()[0]?.readyState]).toEqual([1, "environment", "ended"]);
  });

  it("stops a camera that comes after everything was given back", async () => {
    const { owner, later } = await slow();
    const flipped = owner.flip();
    owner.close();
    const late = stream("video");
    later[0]?.(late);
    expect(await flipped).toBeNull();
    expect([late.getTracks()[0]?.readyState, owner.state.video, owner.state.phase]).toEqual(["ended", null, "closed"]);
  });

  it("lets a camera be opened again while an older wish for it is still open", async () => {
    const { owner, later } = await slow();
    void owner.flip();
    owner.close();
    const opened = owner.open(true);
    const wanted = stream("audio", "video");
    later[1]?.(wanted);
    expect((await opened).video).toBe(wanted.getVideoTracks()[0]);
  });

  it("has no picture when the other camera does not open, and asks for the known one next", async () => {
    const port = device(["audio", "video"], "NotReadableError", ["video"]);
    const owner = new MediaOwner(() => undefined, port);
    await owner.open(true);
    expect(await owner.flip()).toBeNull();
    expect([owner.state.trouble, owner.state.facing]).toEqual(["busy", "user"]);
    expect(await owner.add("video")).not.toBeNull();
    expect(owner.state.trouble).toBeNull();
    expect(port.asked[2]?.video).toMatchObject({ facingMode: "user" });
  });

  it("says when a telephone call took the devices away, and comes back by a tap", async () => {
    const owner = new MediaOwner(() => undefined, device(["audio", "video"], ["audio", "video"]));
    await owner.open(true);
    owner.state.audio?.dispatchEvent(new Event("ended"));
    expect(owner.state.interrupted).toBe(true);
    await owner.resume();
    expect(owner.state.interrupted).toBe(false);
  });

  /** A device whose waits last until the test lets them end. */
  async function patient() {
    const waits: (() => void)[] = [];
    const port: MediaPort = { ...device(["audio", "video"]), wait: () => new Promise((resolve) => waits.push(resolve)) };
    const told: boolean[] = [];
    const owner = new MediaOwner((state) => told.push(state.interrupted), port);
    await owner.open(true);
    const track = owner.state.audio as unknown as Track;
    const becomes = (muted: boolean): void => {
      track.muted = muted;
      track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
    };
    const settle = async (): Promise<void> => {
      for (const end of waits.splice(0)) end();
      await Promise.resolve();
    };
    return { owner, told, becomes, settle };
  }

  it("notices a call that only mutes the microphone, after a while, and the end of it without a tap", async () => {
    const { owner, becomes, settle } = await patient();
    becomes(true);
    expect(owner.state.interrupted).toBe(false);
    await settle();
    expect(owner.state.interrupted).toBe(true);
    becomes(false);
    await settle();
    expect(owner.state.interrupted).toBe(false);
  });

  it("says nothing of a microphone that is mute for a moment", async () => {
    const { told, becomes, settle } = await patient();
    becomes(true);
    becomes(false);
    await settle();
    expect(told).not.toContain(true);
  });

  it("keeps a call that a returning page noticed until the microphone is heard again", async () => {
    const { owner, becomes, settle } = await patient();
    becomes(true);
    owner.check();
    expect(owner.state.interrupted).toBe(true);
    await settle();
    expect(owner.state.interrupted).toBe(true);
    becomes(false);
    await settle();
    expect(owner.state.interrupted).toBe(false);
  });

  it("needs a tap when the call ended the microphone, whatever comes of the camera", async () => {
    const { owner, becomes, settle } = await patient();
    owner.state.audio?.stop();
    owner.state.audio?.dispatchEvent(new Event("ended"));
    becomes(false);
    await settle();
    expect(owner.state.interrupted).toBe(true);
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["SecurityError", "denied"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
    ["TypeError", "failed"],
  ])("%s means %s", (name, trouble) => expect(troubleOf(new DOMException("", name))).toBe(trouble));
});

describe("what a connection carries", () => {
  it("knows slots by the place of their line in the offer", () => {
    expect(slotOfLine(0)).toBeNull();
    expect(slotOfLine(1)).toBeNull();
    expect(slotOfLine(2)).toEqual({ slot: 0, kind: "audio" });
    expect(slotOfLine(15)).toEqual({ slot: 6, kind: "video" });
    expect(slotOfLine(16)).toBeNull();
  });

  it("counts loss of the last interval and remembers when the far end was heard", () => {
    const reports = (received: number, lost: number, bytes: number) => [
      { type: "inbound-rtp", packetsReceived: received, packetsLost: lost },
      { type: "candidate-pair", nominated: true, bytesReceived: bytes, currentRoundTripTime: 0.08 },
    ];
    const first = tally(reports(100, 0, 5_000), 1_000, NO_COUNTERS);
    const second = tally(reports(190, 10, 9_000), 3_000, first);
    expect(sampleOf(first, second)).toEqual({ at: 3_000, loss: 0.1, rttMs: 80 });
    expect(second.heardAt).toBe(3_000);
    expect(tally(reports(190, 10, 9_000), 5_000, second).heardAt).toBe(3_000);
  });

  it("shows quiet speech on the meter and silence as nothing", () => {
    expect(loudness(new Uint8Array(64).fill(128))).toBe(0);
    expect(barsLit(0, 22)).toBe(0);
    expect(barsLit(0.02, 22)).toBeGreaterThan(4);
    expect(barsLit(1, 22)).toBe(22);
  });
});

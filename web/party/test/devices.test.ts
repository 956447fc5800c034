import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SEAT, STATES } from "../dev/samples.ts";
import { Room } from "../src/room.ts";

/** Tracks as a browser gives them: live until stopped. */
class Track extends EventTarget {
  readonly kind: string;
  readyState = "live";
  muted = false;

  constructor(kind: string) {
    super();
    this.kind = kind;
  }
  stop(): void {
    this.readyState = "ended";
  }
}

const given: Track[] = [];
const asked: MediaStreamConstraints[] = [];

function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  asked.push(constraints);
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
  const tracks = kinds.map((kind) => new Track(kind));
  given.push(...tracks);
  const of = (kind: string): Track[] => tracks.filter((track) => track.kind === kind);
  return Promise.resolve({ getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") } as unknown as MediaStream);
}

let room: Room;

beforeEach(async () => {
  given.length = 0;
  asked.length = 0;
  vi.stubGlobal("navigator", Object.create(navigator, { mediaDevices: { value: { getUserMedia } } }));
  room = new Room({ ...SEAT, device: "holder", session_id: null }, document.createElement("div"));
  const joint = STATES["joint"]?.();
  if (joint === undefined) throw new Error("joint");
  await room.owner.open(true);
  room.state.value = { ...joint, seat: room.seat, line: "on" };
});
afterEach(() => {
  room.close();
  vi.unstubAllGlobals();
});

describe("camera and microphone of a phone", () => {
  it("go off with the seat, and come back in the tap that takes it again", async () => {
    room.put({ is: "replaced" });
    expect(given.map((track) => track.readyState)).toEqual(["ended", "ended"]);
    expect(room.media.value.phase).toBe("closed");
    room.put({ is: "go", step: "device" });
    await room.goLive();
    await vi.waitFor(() => expect(room.media.value.phase).toBe("open"));
    expect(asked).toHaveLength(2);
    expect(asked[1]?.video).toBeTruthy();
  });
});

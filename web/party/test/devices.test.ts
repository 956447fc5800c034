import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownMedia } from "@heyi/core";
import { createApp } from "vue";
import { SEAT, STATES } from "../dev/samples.ts";
import RoomBar from "../src/parts/RoomBar.vue";
import { ROOM, Room } from "../src/room.ts";

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

let refusal = "";

function getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  asked.push(constraints);
  if (refusal !== "") return Promise.reject(new DOMException("no", refusal));
  const kinds = (["audio", "video"] as const).filter((kind) => constraints[kind]);
  const tracks = kinds.map((kind) => new Track(kind));
  given.push(...tracks);
  const of = (kind: string): Track[] => tracks.filter((track) => track.kind === kind);
  return Promise.resolve({ getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") } as unknown as MediaStream);
}

let room: Room;

beforeEach(async () => {
  given.length = 0;
  refusal = "";
  asked.length = 0;
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
  room = new Room({ ...SEAT, device: "holder", session_id: null }, document.createElement("div"));
  const joint = STATES["joint"]?.();
  if (joint === undefined) throw new Error("joint");
  await room.owner.open(true);
  room.state.value = { ...joint, seat: room.seat, line: "on" };
});
afterEach(() => {
  room.close();
  Reflect.deleteProperty(navigator, "mediaDevices");
});

/** Returns what the others are told of this phone's sound and picture. */
const told = (): readonly boolean[] => {
  const { microphone, camera } = ownMedia(room.state.value);
  return [microphone, camera];
};

describe("a camera that does not come", () => {
  beforeEach(async () => {
    await room.owner.open(false);
  });

  it("is claimed to nobody", () => expect(told()).toEqual([true, false]));

  it("stays off when it is switched on, with the steps to allow it", async () => {
    refusal = "NotAllowedError";
    const root = document.createElement("div");
    const app = createApp(RoomBar).provide(ROOM, room);
    app.mount(root);
    root.querySelectorAll<HTMLButtonElement>(".tool")[1]?.click();
    await vi.waitFor(() => expect(root.querySelector("[role=dialog]")?.textContent).toContain(room.t("deniedText")));
    expect(told()).toEqual([true, false]);
    expect(room.state.value.own.camera).toBe(false);
    refusal = "";
    root.querySelector<HTMLButtonElement>(".sheet-foot button")?.click();
    await vi.waitFor(() => expect(told()).toEqual([true, true]));
    expect(root.querySelector("[role=dialog]")).toBeNull();
    app.unmount();
  });
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

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownMedia } from "@heyi/core";
import { createApp } from "vue";
import { SEAT, STATES } from "../dev/samples.ts";
import RoomBar from "../src/parts/RoomBar.vue";
import Device from "../src/screens/Device.vue";
import { ROOM, Room } from "../src/room.ts";
import { clear, settle, show, tap } from "./stage.ts";

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

function capture(constraints: MediaStreamConstraints): Promise<MediaStream> {
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
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: capture }, configurable: true });
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

describe("a microphone that is not allowed, where the camera is", () => {
  afterEach(clear);
  it.each([
    ["NotAllowedError", "请在浏览器的设置里允许麦克风，再点“只用声音”"],
    ["NotFoundError", "没有麦克风就不能说话"],
  ])("is named once sound alone was asked for (%s)", async (name, help) => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError()));
    room.owner.close();
    const { root } = show(Device, room);
    refusal = name;
    await tap(root, "回到调解");
    await settle();
    expect(root.textContent).not.toContain("麦克风没有打开");
    await tap(root, "只用声音");
    await settle();
    expect(root.querySelector(".card h2")?.textContent).toBe("麦克风没有打开");
    expect(root.textContent).toContain(help);
    expect(room.words.said.value.text).toBe("麦克风没有打开");
    await tap(root, "再试一次");
    await settle();
    expect(root.querySelector(".card h2")?.textContent).not.toBe("麦克风没有打开");
    vi.unstubAllGlobals();
  });
});

/** Mutes or frees the microphone, or shows and hides the page, as a telephone call does. */
function microphone(muted: boolean): void {
  const track = given[0];
  if (track === undefined) throw new Error("no microphone");
  track.muted = muted;
  track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
}
function page(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(visibility);
  document.dispatchEvent(new Event("visibilitychange"));
}

describe("a telephone call", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("taken from the banner is told, though the page never was away, and is over with the call", async () => {
    const plays = vi.spyOn(room, "unlockSound");
    microphone(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([room.state.value.interrupted, room.state.value.away]).toEqual([true, "telephone"]);
    expect(plays).not.toHaveBeenCalled();
    microphone(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([room.state.value.interrupted, room.state.value.away]).toEqual([false, "none"]);
    expect(plays).toHaveBeenCalled();
  });

  it("that lasts longer than the page was away is not forgotten, and leaves a hidden page hidden", async () => {
    page("hidden");
    microphone(true);
    page("visible");
    expect(room.state.value.away).toBe("telephone");
    page("hidden");
    microphone(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(room.state.value.away).toBe("page_hidden");
  });

  it("has everybody else's sound and picture played again when the page is seen", () => {
    const plays = vi.spyOn(room, "unlockSound");
    page("hidden");
    expect(plays).not.toHaveBeenCalled();
    page("visible");
    expect(plays).toHaveBeenCalledOnce();
    window.dispatchEvent(new Event("pageshow"));
    expect(plays).toHaveBeenCalledTimes(2);
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

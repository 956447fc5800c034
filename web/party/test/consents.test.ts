import { afterEach, describe, expect, it, vi } from "vitest";
import { SEAT, STATES } from "../dev/samples.ts";
import App from "../src/App.vue";
import { RefusedError } from "../src/api.ts";
import { clear, roomIn, settle, show, tap, type Shown } from "./stage.ts";

vi.mock("../src/linecheck.ts", () => ({ measureLine: () => Promise.resolve({ websocket: true, rttMs: 40 }) }));
afterEach(clear);

async function answered(online: boolean): Promise<Shown> {
  const consents = SEAT.consents.map((each) => ({ ...each, answer: each.ends_online ? online : true }));
  const made = STATES["device"]?.();
  if (made === undefined) throw new Error("device");
  return show(App, await roomIn("device", "zh-CN", { seat: { ...made.seat, consents } }));
}

describe("answers already given", () => {
  it("can be seen and changed again from the device check", async () => {
    const { root, room } = await answered(true);
    await tap(root, "看同意事项，可以改");
    expect(room.screen.value).toBe("consents");
    expect(root.textContent).toContain("第 1 项 视频调解：同意");
    expect([...root.querySelectorAll("button")].filter((each) => each.textContent.trim() === "改")).toHaveLength(SEAT.consents.length);
    await tap(root, "去试一试手机");
    expect(room.screen.value).toBe("device");
  });
  it("lead to the telephone, not to the camera, where the online way was refused", async () => {
    const { root } = await answered(false);
    await tap(root, "看同意事项，可以改");
    expect(root.textContent).toContain("您不同意视频调解");
    expect(root.querySelector("a[href^='tel:']")).not.toBeNull();
    expect(root.textContent).not.toContain("去试一试手机");
  });
  it("are shown where another phone refused the online way meanwhile", async () => {
    const { root, room } = await answered(true);
    const missing = ["online_consent"];
    room.api.enter = () => Promise.reject(new RefusedError({ code: "missing_steps", facts: { missing } }));
    const consents = room.seat.consents.map((each) => ({ ...each, answer: !each.ends_online }));
    room.put({ is: "seat", seat: { ...room.seat, device: "none" } });
    room.api.seat = () => Promise.resolve({ ...room.seat, consents });
    await room.goLive();
    await settle();
    expect([room.screen.value, room.fault.value]).toEqual(["consents", null]);
    expect(root.textContent).toContain("您不同意视频调解");
  });
});

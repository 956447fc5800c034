import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SEAT } from "../dev/samples.ts";
import { RefusedError } from "../src/api.ts";
import { keepProgress } from "../src/kept.ts";
import Sign from "../src/screens/Sign.vue";
import { clear, roomIn, settle, show, tap, write } from "./stage.ts";

const DIGEST = "9f2c71ab".repeat(8);
const STROKES = [{ points: [{ x: 1, y: 1, pressure: 0.5, time: 1 }, { x: 9, y: 9, pressure: 0.5, time: 2 }] }] as never[];

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(new Proxy({}, { get: () => () => undefined, set: () => true }) as never);
  keepProgress({ person: SEAT.person_id, digest: DIGEST }, { seen: [1, 2, 3, 4, 5, 6], strokes: STROKES, sent: "199****0001", scan: null });
});
afterEach(() => {
  clear();
  localStorage.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("a wrong code is told where it can be read, and was never ticked off", async () => {
  const seen = vi.spyOn(Element.prototype, "scrollIntoView").mockReturnValue();
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:image/png;base64,AAAA");
  const room = await roomIn("signLater");
  room.api.statement = () => Promise.reject(new RefusedError({ code: "wrong_code", facts: { left: 4 } }));
  const { root } = show(Sign, room);
  const part = (): Element | null => root.querySelector(".digits")?.closest("section") ?? null;
  await write(part() as HTMLElement, "123456");
  expect(part()?.classList.contains("part-done")).toBe(false);
  expect(part()?.querySelector(".part-no")?.textContent).toBe("3");
  await tap(root, "签名，同意这份协议");
  await vi.waitFor(() => { expect(root.querySelector(".foot")?.textContent).toContain("不对，还可以试 4 次。"); });
  await settle();
  expect(seen.mock.contexts).toContain(part());
});

it.each([
  ["no secure page", () => vi.stubGlobal("isSecureContext", false)],
  ["no keys in the browser", () => vi.stubGlobal("crypto", { getRandomValues: () => undefined })],
])("says before anything is begun what to do with %s, and signs nothing", async (_, without) => {
  without();
  const room = await roomIn("signLater");
  const asked = vi.spyOn(room.api, "statement");
  const { root } = show(Sign, room);
  expect(root.querySelector(".notice")?.textContent).toMatch(/手机自带的浏览器.*在纸上签，或者当着见证人口头同意/);
  expect(root.querySelector("canvas, .digits")).toBeNull();
  expect(root.textContent).not.toContain("获取验证码");
  await tap(root, "签名，同意这份协议");
  await settle();
  expect(root.querySelector(".foot")?.textContent).toContain("这份协议现在不能在手机上签。");
  expect(asked).not.toHaveBeenCalled();
});

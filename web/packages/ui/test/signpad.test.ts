import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, h, type App } from "vue";
import type { PointGroup } from "signature_pad";
import SignPad from "../src/SignPad.vue";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pad that keeps strokes as the real one does and draws nothing: no canvas is drawn on here. */
const pads = vi.hoisted((): { last: { write: (...points: Point[]) => void; toData: () => PointGroup[] } | null } => ({ last: null }));
vi.mock("signature_pad", () => ({
  default: class extends EventTarget {
    #groups: PointGroup[] = [];
    constructor() {
      super();
      pads.last = this;
    }
    write(...points: Point[]): void {
      const group = { points: points.map((point) => ({ ...point, time: 1, pressure: 0.5 })) } as unknown as PointGroup;
      this.#groups = [...this.#groups, group];
      this.dispatchEvent(new Event("endStroke"));
    }
    toData(): PointGroup[] {
      return this.#groups;
    }
    fromData(groups: PointGroup[]): void {
      this.#groups = groups;
    }
    clear(): void {
      this.#groups = [];
    }
    off = (): void => undefined;
  },
}));

const UPRIGHT = { width: 340, height: 136 };
const LYING = { width: 700, height: 192 };
let size = UPRIGHT;
let turned: (() => void) | null = null;
let app: App | null = null;
let told: PointGroup[] = [];
let shown: { strokes: () => unknown } | null = null;

function open(strokes: PointGroup[] = []): void {
  const root = document.createElement("main");
  const onInk = (groups: PointGroup[]): void => { told = groups; };
  app = createApp({ render: () => h(SignPad, { ref: (it) => { shown = it as unknown as typeof shown; }, label: "签名", strokes, onInk }) });
  app.mount(root);
}
function turn(to: typeof size): void {
  size = to;
  turned?.();
}
/** Every point as it stands on the pad now. */
const points = (): Point[] => (pads.last?.toData() ?? []).flatMap((group) => group.points.map(({ x, y }) => ({ x, y })));
function expectPoints(wanted: Point[], digits = 6): void {
  expect(points()).toHaveLength(wanted.length);
  wanted.forEach(({ x, y }, at) => {
    expect(points()[at]?.x).toBeCloseTo(x, digits);
    expect(points()[at]?.y).toBeCloseTo(y, digits);
  });
}
function expectInside(): void {
  for (const { x, y } of points()) expect([x <= size.width, y <= size.height]).toEqual([true, true]);
}

beforeEach(() => {
  [size, told] = [UPRIGHT, []];
  vi.spyOn(HTMLCanvasElement.prototype, "clientWidth", "get").mockImplementation(() => size.width);
  vi.spyOn(HTMLCanvasElement.prototype, "clientHeight", "get").mockImplementation(() => size.height);
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  vi.stubGlobal("ResizeObserver", class {
    constructor(seen: () => void) {
      turned = seen;
    }
    observe = (): void => undefined;
    disconnect = (): void => undefined;
  });
});
afterEach(() => {
  app?.unmount();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("a name that was written", () => {
  const NAME = [{ x: 10, y: 20 }, { x: 300, y: 130 }];

  it("stays whole on a pad that is wider and lower, and is as it was after turning back, however often", () => {
    open();
    pads.last?.write(...NAME);
    for (let n = 0; n < 5; n += 1) {
      turn(LYING);
      expectInside();
      expect(points()[1]?.y).toBeGreaterThan(0.9 * LYING.height);
      turn(UPRIGHT);
      expectPoints(NAME);
    }
  });

  it("is told outside as the places that the pen went, without times and pressure", () => {
    open();
    pads.last?.write({ x: 10.123, y: 20 }, { x: 300, y: -0.456 });
    pads.last?.write({ x: 1 / 3, y: 130 });
    expect(JSON.stringify(shown?.strokes())).toBe("[[[10.12,20],[300,-0.46]],[[0.33,130]]]");
  });

  it("stays whole when it is written on over a turn", () => {
    open();
    pads.last?.write(...NAME);
    turn(LYING);
    pads.last?.write({ x: 690, y: 180 });
    const lying = points();
    turn(UPRIGHT);
    expectInside();
    turn(LYING);
    expectPoints(lying);
  });

  it("comes back whole after a reload on a pad of another size", () => {
    open();
    pads.last?.write(...NAME);
    app?.unmount();
    size = { width: 170, height: 136 };
    open(told);
    expectPoints(NAME.map(({ x, y }) => ({ x: x / 2, y: y / 2 })));
    pads.last?.write({ x: 100, y: 50 });
    expect(told).toHaveLength(2);
  });

  it("is not made small by a finger that slid off the pad", () => {
    open();
    pads.last?.write({ x: 10, y: 20 }, { x: 200, y: 900 });
    turn(LYING);
    turn(UPRIGHT);
    expect(points()[0]?.x).toBeGreaterThan(9.5);
  });
});

import { nextTick } from "vue";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ROOM, SHEET, TEXT, WayBack, type Layer, type Tab } from "../src/back.ts";

/** A tab as browsers have it: own steps arrive later, and `back` beyond the page's first entry closes it. */
class Phone implements Tab {
  closed = false;
  #entries: unknown[];
  #at: number;
  #told: () => void = () => undefined;
  readonly #steps: number[] = [];

  constructor(...left: unknown[]) {
    this.#entries = [null, ...left];
    this.#at = left.length;
  }
  readonly history = ((tab: Phone) => ({
    get state(): unknown { return tab.#entries[tab.#at]; },
    pushState(state: unknown): void {
      tab.#entries = [...tab.#entries.slice(0, tab.#at + 1), state];
      tab.#at += 1;
    },
    go(by: number): void { tab.#steps.push(by); },
    scrollRestoration: "auto" as ScrollRestoration,
  }))(this);
  addEventListener(_name: "popstate", told: () => void): void { this.#told = told; }

  get depth(): number { return this.#at; }
  /** Lets the page's own steps arrive. */
  async settle(): Promise<void> {
    await nextTick();
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) this.#move(step);
    await nextTick();
  }
  async back(): Promise<void> {
    if (this.#at === 0) this.closed = true;
    else this.#move(-1);
    await this.settle();
  }
  async forward(): Promise<void> {
    this.#move(1);
    await this.settle();
  }
  #move(by: number): void {
    this.#at += by;
    this.#told();
  }
}

let phone: Phone;
let way: WayBack;
const layer = (rank: number): Layer & { back: ReturnType<typeof vi.fn<() => void>> } => ({ rank, back: vi.fn<() => void>() });

beforeEach(() => {
  phone = new Phone();
  way = new WayBack(phone);
});

describe("the way back", () => {
  it("closes a sheet and leaves with the next", async () => {
    const sheet = layer(SHEET);
    way.add(sheet);
    await phone.settle();
    await phone.back();
    expect(sheet.back).toHaveBeenCalledTimes(1);
    expect(phone.closed).toBe(false);
    await phone.back();
    expect(phone.closed).toBe(true);
  });
  it("goes from the sheet over the text and the room to the page, whatever opened first", async () => {
    const order: string[] = [];
    for (const [rank, name] of [[SHEET, "sheet"], [ROOM, "room"], [TEXT, "text"]] as const) way.add({ rank, back: () => order.push(name) });
    await phone.settle();
    for (let n = 0; n < 3; n += 1) await phone.back();
    expect([order, phone.closed]).toEqual([["sheet", "text", "room"], false]);
  });
  it("takes the entry of a sheet back that was closed by a tap", async () => {
    const [room, sheet] = [layer(ROOM), layer(SHEET)];
    way.add(room);
    way.add(sheet);
    await phone.settle();
    way.remove(sheet);
    await phone.settle();
    expect([phone.depth, room.back.mock.calls.length, sheet.back.mock.calls.length]).toEqual([1, 0, 0]);
  });
  it("stands still where one sheet follows another, or one screen another", async () => {
    const [before, after] = [layer(ROOM), layer(ROOM)];
    way.add(before);
    await phone.settle();
    const push = vi.spyOn(phone.history, "pushState");
    const go = vi.spyOn(phone.history, "go");
    way.remove(before);
    way.add(after);
    await phone.settle();
    expect([push.mock.calls.length, go.mock.calls.length]).toEqual([0, 0]);
    await phone.back();
    expect([before.back.mock.calls.length, after.back.mock.calls.length]).toEqual([0, 1]);
  });
  it("keeps a sheet that opens while the entry of another is being taken back", async () => {
    const [first, second] = [layer(SHEET), layer(SHEET)];
    way.add(first);
    await phone.settle();
    way.remove(first);
    await nextTick();
    way.add(second);
    await phone.settle();
    expect([phone.depth, second.back.mock.calls.length]).toEqual([1, 0]);
    await phone.back();
    expect(second.back).toHaveBeenCalledTimes(1);
  });
  it("closes all that a jump over several entries leaves behind", async () => {
    const [room, sheet] = [layer(ROOM), layer(SHEET)];
    way.add(room);
    way.add(sheet);
    await phone.settle();
    phone.history.go(-2);
    await phone.settle();
    expect([room.back.mock.calls.length, sheet.back.mock.calls.length, phone.depth]).toEqual([1, 1, 0]);
  });
  it("goes forward to nothing", async () => {
    way.add(layer(SHEET));
    await phone.settle();
    await phone.back();
    await phone.forward();
    expect(phone.depth).toBe(0);
  });
  it("takes back what a page before the reload had left", async () => {
    const again = new Phone({ heyiOpen: 1 }, { heyiOpen: 2 });
    new WayBack(again);
    await again.settle();
    expect(again.depth).toBe(0);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { createApp, defineComponent, h, nextTick, ref, type App, type Ref } from "vue";
import { RouterView, createMemoryHistory, createRouter, type Router } from "vue-router";
import { meAs } from "../dev/samples.ts";
import { LOCKED } from "../dev/papers.ts";
import { useAgreement } from "../src/agreement/desk.ts";
import { useTransport, type RawAnswer } from "../src/api/client.ts";
import LeaveSheet from "../src/parts/LeaveSheet.vue";
import { useStaying } from "../src/parts/staying.ts";
import { Live } from "../src/room/live.ts";
import { keepNotesOf, notesOf } from "../src/room/notes.ts";
import { makeRouter, unfetched } from "../src/router.ts";
import { asked, keepMe, me } from "../src/session.ts";
import type { Key } from "../src/i18n.ts";

let app: App | null = null;
afterEach(() => {
  app?.unmount();
  app = null;
  me.value = null;
  sessionStorage.clear();
});

describe("a page that somebody should not leave by a slip", () => {
  /** A page that says what leaving costs, and a router that stands on it. */
  async function standing(cost: Ref<Key | null>): Promise<{ router: Router; root: HTMLElement }> {
    const page = defineComponent(() => {
      const question = useStaying(() => cost.value);
      return () => (question.value === null ? "here" : h(LeaveSheet, { question: question.value }));
    });
    const routes = [
      { path: "/", component: page },
      { path: "/away", component: { render: () => "away" } },
    ];
    const router = createRouter({ history: createMemoryHistory(), routes });
    const root = document.createElement("div");
    document.body.append(root);
    app = createApp(RouterView).use(router);
    await router.push("/");
    app.mount(root);
    return { router, root };
  }
  const press = (root: HTMLElement, word: string): void => {
    [...root.querySelectorAll("button")].find((each) => each.textContent.includes(word))?.click();
  };

  it("asks first, and stays or goes as it is told", async () => {
    keepMe(meAs("mediator"));
    const { router, root } = await standing(ref<Key | null>("leaveUnsaved"));
    const staying = router.push("/away");
    await nextTick();
    await nextTick();
    press(root, "留在这一页");
    await staying;
    expect(router.currentRoute.value.path).toBe("/");
    const going = router.push("/away");
    await nextTick();
    await nextTick();
    expect(root.textContent).toContain("还没有保存");
    press(root, "离开");
    await going;
    expect(router.currentRoute.value.path).toBe("/away");
  });
  it("lets go without a word where nothing is lost, and whoever is signed out", async () => {
    keepMe(meAs("mediator"));
    const cost = ref<Key | null>(null);
    const { router } = await standing(cost);
    await router.push("/away");
    expect(router.currentRoute.value.path).toBe("/away");
    await router.push("/");
    cost.value = "leaveRunning";
    me.value = null;
    await router.push("/away");
    expect(router.currentRoute.value.path).toBe("/away");
  });
  it("also asks when the tab is closed, as browsers do", async () => {
    keepMe(meAs("mediator"));
    const cost = ref<Key | null>("leaveRunning");
    await standing(cost);
    const closed = (): boolean => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(closed()).toBe(false);
    cost.value = null;
    expect(closed()).toBe(true);
  });
});

describe("a page that cannot be fetched", () => {
  it("is said, and who is signed in is asked again", async () => {
    let down = true;
    useTransport(() => (down ? Promise.reject(new TypeError("fetch")) : Promise.resolve({ status: 401, json: { code: "signed_out", facts: {} } })));
    const router = makeRouter(createMemoryHistory("/console/"));
    await expect(router.push("/cases")).rejects.toMatchObject({ code: "offline" });
    expect([unfetched.value, asked.value]).toEqual(["/cases", false]);
    down = false;
    await router.push("/cases");
    expect([unfetched.value, router.currentRoute.value.name]).toEqual([null, "signIn"]);
  });
});

describe("private notes", () => {
  it("are found again by the one who wrote them, and by nobody else", () => {
    notesOf("su", "s1").write("他怕老板");
    keepNotesOf("su");
    expect(notesOf("su", "s1").read()).toBe("他怕老板");
    expect(notesOf("he", "s1").read()).toBe("");
    keepNotesOf("he");
    expect(notesOf("su", "s1").read()).toBe("");
  });
  it("go with the one who signs out", () => {
    notesOf("su", "s1").write("他怕老板");
    keepNotesOf(null);
    expect(sessionStorage).toHaveLength(0);
  });
});

describe("a refused act", () => {
  const answers = (...list: RawAnswer[]): void => {
    useTransport(() => Promise.resolve(list.shift() ?? { status: 500, json: null }));
  };
  const LOOKED: RawAnswer = { status: 200, json: LOCKED };

  it("says why until the next act, however often the page looks again", async () => {
    const desk = useAgreement("c1");
    answers(LOOKED, { status: 409, json: { code: "wrong_state", facts: {} } }, LOOKED, LOOKED);
    await desk.load();
    await desk.seal();
    await desk.load();
    expect(desk.error.value?.code).toBe("wrong_state");
    await desk.sign();
    expect(desk.error.value).toBeNull();
  });
  it("of looking is over when it works again", async () => {
    const desk = useAgreement("c1");
    answers({ status: 503, json: { code: "too_fast", facts: {} } }, LOOKED);
    await desk.load();
    expect(desk.error.value?.code).toBe("too_fast");
    await desk.load();
    expect(desk.error.value).toBeNull();
  });
});

it("a command given twice goes out once until it is answered", async () => {
  const sent: string[] = [];
  let answer: (reply: { ok: boolean; code: null; facts: object }) => void = () => undefined;
  const live = new Live("s1", () => ({
    enter: () => Promise.resolve({ ok: false, code: null, facts: {} }),
    ask: (event) => {
      sent.push(event);
      return new Promise((done) => (answer = done as typeof answer));
    },
    check: () => Promise.resolve(),
    close: () => undefined,
  }));
  await live.open(document.createElement("div"), false);
  const first = live.command("minutes.add");
  expect(await live.command("minutes.add")).toBe(false);
  answer({ ok: true, code: null, facts: {} });
  expect(await first).toBe(true);
  expect(sent).toEqual(["minutes.add"]);
});

/** One screen or part of the app with a room of invented values, mounted in the test's document. */
import { createApp, type App, type Component } from "vue";
import type { PartyState } from "@heyi/core";
import { AGREEMENT, SEAT, STATES } from "../dev/samples.ts";
import { ROOM, Room } from "../src/room.ts";

export interface Shown {
  readonly room: Room;
  readonly root: HTMLElement;
}

let open: (Shown & { readonly app: App }) | null = null;

/** Returns a room in one of the states of the samples; its requests over HTTP must be stubbed by the test. */
export async function roomIn(name: string, lang = "zh-CN", more: Partial<PartyState> = {}): Promise<Room> {
  const made = STATES[name]?.();
  if (made === undefined) throw new Error(name);
  const room = new Room(SEAT, document.createElement("div"));
  room.state.value = { ...made, ...more };
  room.agreement.value = AGREEMENT;
  await room.words.speak(lang);
  return room;
}

/** Shows `screen` of `room`; whatever was shown before is taken away. */
export function show(screen: Component, room: Room): Shown {
  clear();
  const root = document.createElement("div");
  document.body.append(root);
  const app = createApp(screen).provide(ROOM, room);
  app.mount(root);
  open = { app, room, root };
  return open;
}

/** Takes the screen away; call it after each test. */
export function clear(): void {
  open?.app.unmount();
  open?.room.close();
  open?.root.remove();
  open = null;
}

/** Taps the button that says exactly `word`; throws when there is none. */
export async function tap(root: HTMLElement, word: string): Promise<void> {
  const found = [...root.querySelectorAll("button")].find((button) => button.textContent.trim() === word);
  if (found === undefined) throw new Error(`no button ${word}: ${root.textContent}`);
  found.click();
  await settle();
}

export async function write(root: HTMLElement, text: string): Promise<void> {
  const field = root.querySelector<HTMLTextAreaElement | HTMLInputElement>(".sheet textarea, .sheet input, textarea, input");
  if (field === null) throw new Error("no field");
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await settle();
}

/** Waits until answers that are there already have gone through their promises. */
export async function settle(): Promise<void> {
  await new Promise((done) => { setTimeout(done); });
}

/** The lazy chunk: builds the room over the link page, keeping the page's own style and nothing of its script. */
import "@heyi/ui/parts.css";
import type { SeatView } from "@heyi/core";
import { createApp } from "vue";
import App from "./App.vue";
import { ROOM, Room } from "./room.ts";
import { suggestSize } from "./size.ts";

/** Replaces the link page by the app. `seat` is what the server answered to the digits. */
export async function openRoom(seat: SeatView, lang: string): Promise<void> {
  if (seat.needs.includes("large_print")) suggestSize();
  const shelf = document.createElement("div");
  shelf.hidden = true;
  const room = new Room(seat, shelf);
  await room.words.speak(lang);
  const root = document.createElement("div");
  root.className = "app";
  document.body.replaceChildren(root, shelf);
  const app = createApp(App);
  app.provide(ROOM, room);
  app.config.errorHandler = (error) => {
    // What went wrong in a screen is told to the person; the browser's own log keeps where it was.
    room.fault.value = { code: "screen", signedOut: false };
    window.reportError?.(error);
  };
  app.mount(root);
}

import type { OwnSwitches } from "@heyi/core";
import type { Room } from "../room.ts";

/** Turns the own sound or picture on or off; call it from a tap. A device that does not come leaves it off. */
export async function turn(room: Room, which: keyof OwnSwitches, on: boolean): Promise<void> {
  const there = !on || (await room.devices.ask(which));
  room.put({ is: "switch", own: { [which]: on && there } });
}

/** Camera, microphone and the lock that keeps the screen on: held together, and given back together. */
import type { OwnSwitches } from "@heyi/core";
import { MediaOwner, createWake, type MediaState, type MediaTrouble } from "@heyi/rtc";
import { shallowRef } from "vue";

/** A device that was wanted in the room and did not come. */
export interface Lacking {
  readonly which: keyof OwnSwitches;
  readonly trouble: MediaTrouble;
}

export class Devices {
  readonly owner: MediaOwner;
  readonly wake = createWake();
  /** Stands until its help is closed. */
  readonly lacking = shallowRef<Lacking | null>(null);
  /** Whether there was a camera when they were given back. */
  #pictured = false;

  constructor(told: (media: MediaState) => void) {
    this.owner = new MediaOwner(told);
  }

  /** Opens them again if they were given back; call it from a tap. */
  async reopen(): Promise<void> {
    if (this.owner.state.phase === "closed") await this.owner.open(this.#pictured);
  }

  /** Whether the device is there, asked for if it was not; call it from a tap. */
  async ask(which: keyof OwnSwitches): Promise<boolean> {
    const kind = which === "camera" ? "video" : "audio";
    this.lacking.value = null;
    if (this.owner.state[kind] !== null || (await this.owner.add(kind)) !== null) return true;
    this.lacking.value = { which, trouble: this.owner.state.trouble ?? "failed" };
    return false;
  }

  release(): void {
    this.lacking.value = null;
    this.#pictured = this.owner.state.video !== null;
    this.wake.release();
    this.owner.close();
  }
}

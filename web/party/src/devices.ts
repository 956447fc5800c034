/** Camera, microphone and the lock that keeps the screen on: held together, and given back together. */
import { MediaOwner, createWake, type MediaState } from "@heyi/rtc";

export class Devices {
  readonly owner: MediaOwner;
  readonly wake = createWake();
  /** Whether there was a camera when they were given back. */
  #pictured = false;

  constructor(told: (media: MediaState) => void) {
    this.owner = new MediaOwner(told);
  }

  /** Opens them again if they were given back; call it from a tap. */
  async reopen(): Promise<void> {
    if (this.owner.state.phase === "closed") await this.owner.open(this.#pictured);
  }

  release(): void {
    this.#pictured = this.owner.state.video !== null;
    this.wake.release();
    this.owner.close();
  }
}

/**
 * The one owner of camera and microphone. It opens both with one request, keeps the stream from the device check
 * into the room, retries once when the device is busy, and never asks again without a tap.
 */

export type MediaTrouble = "denied" | "missing" | "busy" | "failed";

export interface MediaState {
  readonly phase: "closed" | "asking" | "open" | "trouble";
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  readonly trouble: MediaTrouble | null;
  readonly facing: "user" | "environment";
  /** A telephone call or the lock screen took the devices away; they need a tap to come back. */
  readonly interrupted: boolean;
}

export interface MediaPort {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  wait(ms: number): Promise<void>;
}

const BUSY_WAIT_MS = 300;
const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

function picture(facing: "user" | "environment"): MediaTrackConstraints {
  return { facingMode: facing, width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 24 } };
}

/** Decides by the error's name alone: the permissions interface of some browsers tells another story. */
export function troubleOf(error: unknown): MediaTrouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError" || name === "PermissionDeniedError") return "denied";
  if (name === "NotFoundError" || name === "DevicesNotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "TrackStartError" || name === "AbortError") return "busy";
  return "failed";
}

export function browserMedia(): MediaPort {
  return {
    getUserMedia: (constraints) => navigator.mediaDevices.getUserMedia(constraints),
    wait: (ms) => new Promise((done) => window.setTimeout(done, ms)),
  };
}

/** Newer Safari keeps loudness and echo control right only when told that both ways are wanted. */
function claimSound(): void {
  const audio = (navigator as Navigator & { audioSession?: { type: string } }).audioSession;
  if (audio) audio.type = "play-and-record";
}

export class MediaOwner {
  #state: MediaState = {
    phase: "closed",
    audio: null,
    video: null,
    trouble: null,
    facing: "user",
    interrupted: false,
  };
  readonly #port: MediaPort;
  readonly #told: (state: MediaState) => void;

  constructor(told: (state: MediaState) => void, port: MediaPort = browserMedia()) {
    this.#port = port;
    this.#told = told;
  }

  get state(): MediaState {
    return this.#state;
  }

  /** Opens microphone and, if wanted, camera. Call it from a tap. A missing camera leaves sound alone: a result. */
  async open(wantPicture: boolean): Promise<MediaState> {
    this.#set({ phase: "asking", trouble: null });
    claimSound();
    try {
      this.#take(await this.#ask(wantPicture));
    } catch (error) {
      this.#set({ phase: "trouble", trouble: troubleOf(error) });
    }
    return this.#state;
  }

  async #ask(wantPicture: boolean): Promise<MediaStream> {
    const both: MediaStreamConstraints = { audio: SOUND, video: wantPicture && picture(this.#state.facing) };
    try {
      return await this.#port.getUserMedia(both);
    } catch (error) {
      const trouble = troubleOf(error);
      if (!wantPicture || trouble === "denied") throw error;
      if (trouble === "busy") await this.#port.wait(BUSY_WAIT_MS);
      return await this.#askLess(trouble);
    }
  }

  async #askLess(trouble: MediaTrouble): Promise<MediaStream> {
    if (trouble === "busy") {
      try {
        return await this.#port.getUserMedia({ audio: SOUND, video: true });
      } catch (error) {
        if (troubleOf(error) === "denied") throw error;
      }
    }
    return await this.#port.getUserMedia({ audio: SOUND, video: false });
  }

  #take(stream: MediaStream): void {
    const audio = stream.getAudioTracks()[0] ?? null;
    const video = stream.getVideoTracks()[0] ?? null;
    for (const track of [audio, video]) {
      track?.addEventListener("ended", () => this.#lost(track));
    }
    this.#set({ phase: "open", audio, video, trouble: null, interrupted: false });
  }

  #lost(track: MediaStreamTrack): void {
    if (track === this.#state.audio || track === this.#state.video) this.#set({ interrupted: true });
  }

  /** Opens the devices again after an interruption; call it from a tap. */
  async resume(): Promise<MediaState> {
    const wantPicture = this.#state.video !== null;
    this.#stopTracks();
    return await this.open(wantPicture);
  }

  /** Changes between front and back camera. Only the picture is opened anew: echo control keeps its microphone. */
  async flip(): Promise<MediaStreamTrack | null> {
    const facing = this.#state.facing === "user" ? "environment" : "user";
    const old = this.#state.video;
    old?.stop();
    this.#set({ facing, video: null });
    try {
      const stream = await this.#port.getUserMedia({ video: picture(facing), audio: false });
      const video = stream.getVideoTracks()[0] ?? null;
      video?.addEventListener("ended", () => this.#lost(video));
      this.#set({ video });
    } catch (error) {
      this.#set({ trouble: troubleOf(error) });
    }
    return this.#state.video;
  }

  /** Adds a missing camera or microphone later. */
  async add(kind: "audio" | "video"): Promise<MediaStreamTrack | null> {
    try {
      const wanted = kind === "audio" ? { audio: SOUND } : { video: picture(this.#state.facing) };
      const track = (await this.#port.getUserMedia(wanted)).getTracks()[0] ?? null;
      track?.addEventListener("ended", () => this.#lost(track));
      this.#set(kind === "audio" ? { audio: track } : { video: track });
      return track;
    } catch (error) {
      this.#set({ trouble: troubleOf(error) });
      return null;
    }
  }

  /** Checks after the page comes back whether capture was taken away: muted or ended tracks need a tap. */
  check(): void {
    const tracks = [this.#state.audio, this.#state.video].filter((track) => track !== null);
    const gone = tracks.some((track) => track.readyState === "ended" || track.muted);
    if (gone !== this.#state.interrupted) this.#set({ interrupted: gone });
  }

  close(): void {
    this.#stopTracks();
    this.#set({ phase: "closed", audio: null, video: null, interrupted: false });
  }

  #stopTracks(): void {
    this.#state.audio?.stop();
    this.#state.video?.stop();
  }

  #set(change: Partial<MediaState>): void {
    this.#state = { ...this.#state, ...change };
    this.#told(this.#state);
  }
}

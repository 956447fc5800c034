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
  /** A telephone call or the lock screen took the devices away; a tap brings them back, or the end of the call. */
  readonly interrupted: boolean;
}

export interface MediaPort {
  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  wait(ms: number): Promise<void>;
}

const BUSY_WAIT_MS = 300;
/** A track that is mute for less is none that anybody misses: headphones change, or a call rings and is declined. */
const MUTE_SETTLES_MS = 1_000;
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
  #running: Promise<void> | null = null;
  /** Counts the times everything was given back. */
  #turn = 0;
  /** Counts mutes and unmutes, so that only the last of them is judged. */
  #muted = 0;
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
    await this.#once(() => {
      this.#set({ phase: "asking", trouble: null });
      claimSound();
      return this.#ask(wantPicture);
    }, (stream) => this.#take(stream), (trouble) => this.#set({ phase: "trouble", trouble }));
    return this.#state;
  }

  /**
   * One request at a time: a second tap waits for what the first one brings, for two captures of one camera would
   * leave one that nobody can stop. What comes after `close` is stopped at once.
   */
  #once(ask: () => Promise<MediaStream>, take: (stream: MediaStream) => void, fail: (trouble: MediaTrouble) => void): Promise<void> {
    this.#running ??= this.#run(this.#turn, ask, take, fail);
    return this.#running;
  }

  async #run(
    turn: number,
    ask: () => Promise<MediaStream>,
    take: (stream: MediaStream) => void,
    fail: (trouble: MediaTrouble) => void,
  ): Promise<void> {
    try {
      const stream = await ask();
      if (turn === this.#turn) take(stream);
      else for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      if (turn === this.#turn) fail(troubleOf(error));
    }
    if (turn === this.#turn) this.#running = null;
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
    const audio = this.#watch(stream.getAudioTracks()[0]);
    const video = this.#watch(stream.getVideoTracks()[0]);
    this.#set({ phase: "open", audio, video, trouble: null, interrupted: false });
  }

  #watch(track: MediaStreamTrack | undefined): MediaStreamTrack | null {
    track?.addEventListener("ended", () => this.#lost(track));
    // iPhones end nothing in a telephone call: they mute, and may unmute by themselves afterwards.
    track?.addEventListener("mute", () => void this.#checkLater());
    track?.addEventListener("unmute", () => void this.#checkLater());
    return track ?? null;
  }

  #lost(track: MediaStreamTrack): void {
    if (track === this.#state.audio || track === this.#state.video) this.#set({ interrupted: true });
  }

  async #checkLater(): Promise<void> {
    const change = (this.#muted += 1);
    await this.#port.wait(MUTE_SETTLES_MS);
    if (change === this.#muted) this.check();
  }

  /** Opens the devices again after an interruption; call it from a tap. */
  async resume(): Promise<MediaState> {
    const wantPicture = this.#state.video !== null;
    this.#stopTracks();
    return await this.open(wantPicture);
  }

  /**
   * Changes between front and back camera. Only the picture is opened anew: echo control keeps its microphone. The old
   * track is stopped first, as many phones open one camera at a time, and stands until the new one is there.
   */
  async flip(): Promise<MediaStreamTrack | null> {
    const facing = this.#state.facing === "user" ? "environment" : "user";
    await this.#once(() => {
      this.#state.video?.stop();
      return this.#port.getUserMedia({ video: picture(facing), audio: false });
    }, (stream) => this.#set({ facing, video: this.#watch(stream.getVideoTracks()[0]), trouble: null }), (trouble) => this.#set({ video: null, trouble }));
    return this.#state.video;
  }

  /** Adds a missing camera or microphone later. */
  async add(kind: "audio" | "video"): Promise<MediaStreamTrack | null> {
    const wanted = kind === "audio" ? { audio: SOUND } : { video: picture(this.#state.facing) };
    await this.#once(
      () => this.#port.getUserMedia(wanted),
      (stream) => this.#set({ [kind]: this.#watch(stream.getTracks()[0]), trouble: null }),
      (trouble) => this.#set({ trouble }),
    );
    return this.#state[kind];
  }

  /** Checks whether capture was taken away, or given back: muted or ended tracks need a tap. */
  check(): void {
    if (this.#state.phase !== "open") return;
    const tracks = [this.#state.audio, this.#state.video].filter((track) => track !== null);
    const gone = tracks.some((track) => track.readyState === "ended" || track.muted);
    if (gone !== this.#state.interrupted) this.#set({ interrupted: gone });
  }

  close(): void {
    this.#turn += 1;
    this.#running = null;
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

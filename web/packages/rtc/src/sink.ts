/**
 * Pool of playing elements, made inside the tap on "enter" and kept outside any view tree. Browsers in other apps let
 * only such elements make sound; afterwards nothing but their source is exchanged, so a new drawing never stops it.
 */

export interface Sink {
  /** Puts both tracks of a downlink slot on its elements; null empties it at once. */
  show(slot: number, audio: MediaStreamTrack | null, video: MediaStreamTrack | null): void;
  /** Puts the picture of a slot into a place of the page, or takes it out if it is still there. */
  place(slot: number, holder: HTMLElement, on: boolean): void;
  /** Stops every remote picture and sound without waiting for anybody: the first act of a move. */
  blank(): void;
  /** Lets them go on after a move. */
  clear(): void;
  /** Tries to play again; call it from a tap. */
  unlock(): Promise<void>;
  close(): void;
}

export const SLOTS = 7;

function newElement<K extends "audio" | "video">(tag: K): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.autoplay = true;
  element.setAttribute("playsinline", "");
  element.setAttribute("webkit-playsinline", "");
  element.setAttribute("x5-video-player-type", "h5-page");
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** Makes the pool. Must run synchronously inside a tap; `locked` is told whenever sound is (not) held back. */
export function createSink(shelf: HTMLElement, locked: (held: boolean) => void): Sink {
  const audios = Array.from({ length: SLOTS }, () => newElement("audio"));
  const videos = Array.from({ length: SLOTS }, () => {
    const element = newElement("video");
    element.muted = true;
    return element;
  });
  let blanked = false;
  shelf.append(...audios, ...videos);

  const play = async (element: HTMLMediaElement): Promise<boolean> => {
    try {
      await element.play();
      return true;
    } catch (error) {
      return !(error instanceof DOMException && error.name === "NotAllowedError");
    }
  };
  const playAll = async (): Promise<void> => {
    const filled = [...audios, ...videos].filter((element) => element.srcObject !== null);
    const results = await Promise.all(filled.map(play));
    locked(results.includes(false));
  };
  // Playing an element while still empty, inside the tap, is what frees it for later.
  for (const element of [...audios, ...videos]) void play(element);

  const setSource = (element: HTMLMediaElement, track: MediaStreamTrack | null): void => {
    const present = (element.srcObject as MediaStream | null)?.getTracks()[0] ?? null;
    if (present === track) return;
    element.srcObject = track === null ? null : new MediaStream([track]);
    if (track !== null) {
      void play(element).then((free) => {
        if (!free) locked(true);
      });
    }
  };

  return {
    show(slot, audio, video) {
      const [ear, eye] = [audios[slot], videos[slot]];
      if (ear) setSource(ear, audio);
      if (eye) setSource(eye, video);
    },
    place(slot, holder, on) {
      const eye = videos[slot];
      if (!eye || (!on && eye.parentElement !== holder)) return;
      const home = on ? holder : shelf;
      if (eye.parentElement !== home) {
        home.append(eye);
        if (eye.srcObject !== null) void play(eye);
      }
    },
    blank() {
      blanked = true;
      for (const ear of audios) ear.muted = true;
      for (const eye of videos) eye.classList.add("blank");
    },
    clear() {
      if (!blanked) return;
      blanked = false;
      for (const ear of audios) ear.muted = false;
      for (const eye of videos) eye.classList.remove("blank");
    },
    unlock: playAll,
    close() {
      for (const element of [...audios, ...videos]) {
        element.srcObject = null;
        element.remove();
      }
    },
  };
}

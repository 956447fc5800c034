import { computed, type WritableComputedRef } from "vue";
import { useRoom } from "./room.ts";

/**
 * What somebody writes, kept by the room until it was sent: the mediator may take the screen away in the middle of a
 * sentence. `key` says what it is about, and may change while the field is shown.
 */
export function useDraft(key: () => string): WritableComputedRef<string> {
  const { drafts } = useRoom();
  return computed({
    get: () => drafts.get(key()) ?? "",
    set: (text) => { drafts.set(key(), text); },
  });
}

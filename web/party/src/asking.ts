import type { Reply } from "@heyi/core";
import { ref } from "vue";
import { useRoom } from "./room.ts";

/**
 * Requests of one screen over the line, one at a time. `unsent` stays true until the next one: nothing a person asked
 * for may fail without a word beside the button.
 */
export function useAsking() {
  const room = useRoom();
  const busy = ref(false);
  const unsent = ref(false);

  /** Returns the answer, null where another request is still under way. */
  async function ask(event: string, body: object): Promise<Reply | null> {
    if (busy.value) return null;
    busy.value = true;
    unsent.value = false;
    const reply = await room.ask(event, body).finally(() => { busy.value = false; });
    unsent.value = !reply.ok;
    return reply;
  }
  return { busy, unsent, ask };
}

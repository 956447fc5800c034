import { onBeforeUnmount, onMounted, ref } from "vue";
import { useRoom } from "./room.ts";

const ASKED_TOO_SOON_S = 60;

/**
 * A one-time code for one purpose: on its way, sent to the masked number, and when another may be asked for. The boxes
 * for it are shown once it is sent, so that nobody types the one from before into them.
 */
export function useCode(purpose: "sign" | "copy" | "move") {
  const room = useRoom();
  const sending = ref(false);
  const sent = ref("");
  const wait = ref(0);
  let timer = 0;

  async function send(): Promise<void> {
    if (sending.value) return;
    sending.value = true;
    const well = await room.attempt(async () => {
      const answer = await room.api.code(purpose);
      sent.value = answer.mobile_masked;
      wait.value = answer.retry_after_s;
    });
    sending.value = false;
    if (well || room.fault.value?.code !== "too_many_tries") return;
    // One is on its way since a moment ago, perhaps asked for before the page was opened again.
    room.fault.value = null;
    sent.value = room.seat.mobile_masked;
    wait.value = ASKED_TOO_SOON_S;
  }
  onMounted(() => { timer = window.setInterval(() => { if (wait.value > 0) wait.value -= 1; }, 1_000); });
  onBeforeUnmount(() => window.clearInterval(timer));
  return { sending, sent, wait, send };
}

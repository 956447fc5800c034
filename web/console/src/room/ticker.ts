/** One second's clock for the parts that show a length. */
import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

export function useNow(everyMs = 1_000): Ref<number> {
  const now = ref(Date.now());
  let timer: number | undefined;
  onMounted(() => (timer = window.setInterval(() => (now.value = Date.now()), everyMs)));
  onBeforeUnmount(() => window.clearInterval(timer));
  return now;
}

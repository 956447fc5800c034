/** One polite live region: every happening is told once. */
import { ref } from "vue";

export const announced = ref("");

/** Says a sentence; the same one twice in a row is said again. */
export function announce(text: string): void {
  announced.value = announced.value === text ? `${text}\u200b` : text;
}

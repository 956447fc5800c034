/** Asks before a click or a closed tab ends what goes on here, or loses what was written and is not saved. */
import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from "vue";
import { onBeforeRouteLeave } from "vue-router";
import type { Key } from "../i18n.ts";
import { me } from "../session.ts";

export interface Question {
  /** What leaving would cost. */
  readonly cost: Key;
  answer(goes: boolean): void;
}

/** `cost` says what leaving would cost now; null where nothing would be lost. */
export function useStaying(cost: () => Key | null): ShallowRef<Question | null> {
  const question = shallowRef<Question | null>(null);
  // Whoever is signed out cannot stay.
  const now = (): Key | null => (me.value === null ? null : cost());

  onBeforeRouteLeave(() => {
    const found = now();
    if (found === null) return true;
    return new Promise<boolean>((done) => {
      const answer = (goes: boolean): void => {
        question.value = null;
        done(goes);
      };
      question.value = { cost: found, answer };
    });
  });
  const warn = (event: BeforeUnloadEvent): void => {
    if (now() !== null) event.preventDefault();
  };
  onMounted(() => window.addEventListener("beforeunload", warn));
  onBeforeUnmount(() => window.removeEventListener("beforeunload", warn));
  return question;
}

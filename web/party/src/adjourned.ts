/** Whether the sitting has ended for today only, and when the next one is. */
import { clockForPeople, dayForPeople } from "@heyi/core";
import { computed, type ComputedRef } from "vue";
import type { Room } from "./room.ts";

export interface Adjourned {
  readonly adjourned: ComputedRef<boolean>;
  /** Day and time for people; null while none is fixed. */
  readonly next: ComputedRef<string | null>;
}

/** Once the next sitting is planned, the seat is a seat of that one. */
export function useAdjourned(room: Room): Adjourned {
  const planned = computed(() => room.seat.ended === null && room.seat.session_state === "scheduled");
  const adjourned = computed(() => room.snapshot?.state === "adjourned" || room.seat.session_state === "adjourned" || planned.value);
  const next = computed(() => {
    const at = room.seat.planned_at;
    if (!planned.value || at === null || Date.parse(at) < room.now.value) return null;
    return `${dayForPeople(at, room.lang.value)} ${clockForPeople(at, room.lang.value, true).replace(" ", "\u00a0")}`;
  });
  return { adjourned, next };
}

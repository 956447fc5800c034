/** Who is signed in, what the lists hold, and the fresh second factor that some acts ask for. */
import { computed, ref, shallowRef } from "vue";
import { api, Refused, useHooks } from "./api/client.ts";
import type { Me, PackView, Role, StaffView } from "./api/types.ts";
import { keepNotesOf } from "./room/notes.ts";

export const me = shallowRef<Me | null>(null);
export const pack = shallowRef<PackView | null>(null);
export const colleagues = shallowRef<readonly StaffView[]>([]);
/** True once the first question "who am I" has been answered. */
export const asked = ref(false);
/** Set while the step-up dialog is open; it answers by calling it. */
export const stepUpAnswer = shallowRef<((given: boolean) => void) | null>(null);
export const endedBySilence = ref(false);

export const roles = computed<readonly Role[]>(() => me.value?.staff.roles ?? []);
export const has = (...wanted: Role[]): boolean => wanted.some((role) => roles.value.includes(role));
const DESK_ROLES: readonly Role[] = ["mediator", "recorder", "head", "officer"];

export function keepMe(next: Me): void {
  keepNotesOf(next.staff.id);
  me.value = next;
  endedBySilence.value = false;
}

/** Asks the server who is signed in; nobody is an answer, not a fault. */
export async function whoAmI(): Promise<Me | null> {
  if (asked.value) return me.value;
  try {
    keepMe(await api.get("/api/staff/me"));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "signed_out") throw error;
    endedBySilence.value = false;
  }
  asked.value = true;
  return me.value;
}

/** The pack's lists and the colleagues' names, once for the whole visit. */
export async function loadLists(): Promise<void> {
  if (pack.value !== null || !has(...DESK_ROLES, "auditor")) return;
  const [lists, staff] = await Promise.all([api.get("/api/pack"), has(...DESK_ROLES) ? api.get("/api/staff/colleagues") : null]);
  pack.value = lists;
  colleagues.value = staff?.staff ?? [];
}

export async function signOut(): Promise<void> {
  try {
    await api.post("/api/staff/sign-out");
  } finally {
    keepNotesOf(null);
    forget();
  }
}

export function forget(): void {
  me.value = null;
  pack.value = null;
  colleagues.value = [];
}

/** Wires the client: the dialog for the second factor, and the way back to the sign-in page. */
export function installHooks(toSignIn: () => void): void {
  useHooks({
    stepUp: () =>
      new Promise((done) => {
        stepUpAnswer.value = (given) => {
          stepUpAnswer.value = null;
          done(given);
        };
      }),
    signedOut: () => {
      const was = me.value !== null;
      forget();
      if (!was) return;
      endedBySilence.value = true;
      toSignIn();
    },
  });
}

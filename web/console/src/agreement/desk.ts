/** The agreement of one case at the desk: the server's view, the draft being written over it, and every act on it. */
import { computed, inject, ref, shallowRef, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { addressOf, api, fileForm, type Refused } from "../api/client.ts";
import type { AgreementView, Schemas } from "../api/types.ts";
import { refused } from "../refusals.ts";
import { EMPTY, afterSave, copyOf, draftOf, editOf, merge, same, written, type Conflict, type Draft } from "./draft.ts";

type LockPlan = Omit<Schemas["LockAsk"], "revision">;
const BY_PHONE: LockPlan = { wet_ink: false, witnessed: [], reason: "" };

export type Place = "main" | "sign" | "side" | "copies" | "seal" | "sheet";

function placeOf(act: string): Place {
  if (act === "reopen" || act === "witness") return "sheet";
  if (/^(release|withdraw|seal)$/.test(act)) return "seal";
  if (act.startsWith("copy-")) return "copies";
  if (act.startsWith("scan-")) return "side";
  return act === "sign" ? "sign" : "main";
}

export interface AgreementDeskState {
  readonly view: ShallowRef<AgreementView | null>;
  readonly draft: Ref<Draft>;
  readonly dirty: ComputedRef<boolean>;
  readonly conflicts: ShallowRef<readonly Conflict[]>;
  readonly error: ComputedRef<Refused | null>;
  /** Where the refusal belongs: beside the button that was pressed, above the text, or in the sheet that asked. */
  readonly place: ComputedRef<Place>;
  readonly busy: Ref<string>;
  readonly savedAt: Ref<string | null>;
  load(): Promise<void>;
  save(): Promise<boolean>;
  read(clauseId: string | null): Promise<void>;
  /** Whether what no court confirms stands in the text; null leaves it open again. */
  forCourt(question: string, answer: boolean | null): Promise<void>;
  draw(code: string, file: File): Promise<void>;
  lock(plan?: LockPlan): Promise<boolean>;
  bring(page: number | null, file: File): Promise<void>;
  compare(form: Schemas["ComparisonAsk"]): Promise<void>;
  declare(said: Omit<Schemas["DeclarationAsk"], "pdf_sha256">): Promise<boolean>;
  witness(signer: string, words: string): Promise<boolean>;
  reopen(reason: string): Promise<boolean>;
  scan(signer: string, file: File): Promise<void>;
  handCopy(person: string, way: "by_hand" | "by_post" | "filed"): Promise<void>;
  sign(): Promise<void>;
  release(): Promise<void>;
  withdraw(): Promise<void>;
  seal(): Promise<void>;
  page(no: number, width: number): string;
  pdf(): string;
  scanned(no: number, width: number, file: string): string;
  handwriting(signer: string): string;
}

export const DESK: InjectionKey<AgreementDeskState> = Symbol("agreement desk");

export function useDesk(): AgreementDeskState {
  const desk = inject(DESK);
  if (desk === undefined) throw new Error("no agreement desk above this part");
  return desk;
}

const BASE = "/api/cases/{case_id}/agreement" as const;

export function useAgreement(caseId: string): AgreementDeskState {
  const path = { case_id: caseId };
  const view = shallowRef<AgreementView | null>(null);
  const base = shallowRef<Draft>(EMPTY);
  const draft = ref<Draft>(copyOf(EMPTY));
  const conflicts = shallowRef<readonly Conflict[]>([]);
  const [unread, undone] = [shallowRef<Refused | null>(null), shallowRef<Refused | null>(null)];
  /** Why the last act was refused stays until the next; looking again does not wipe it away. */
  const error = computed(() => undone.value ?? unread.value);
  const busy = ref("");
  const last = ref("");
  const place = computed(() => (undone.value === null ? "main" : placeOf(last.value)));
  const savedAt = ref<string | null>(null);
  const dirty = computed(() => !same(editOf(draft.value, 0), editOf(base.value, 0)));
  const keep = (found: Refused | null): void => {
    undone.value = found;
  };

  /** Takes a newer view; what is being written is kept and set over it. */
  function take(next: AgreementView): void {
    const theirs = draftOf(next);
    if (!written(draft.value, base.value)) draft.value = copyOf(theirs);
    else if (next.revision !== view.value?.revision) {
      const merged = merge(base.value, copyOf(draft.value), theirs);
      draft.value = merged.draft;
      conflicts.value = merged.conflicts;
    }
    if (next.state !== view.value?.state) undone.value = null;
    base.value = theirs;
    view.value = next;
  }
  async function load(): Promise<void> {
    const next = await refused(() => api.get(BASE, { path }), (found) => {
      // No agreement yet is the beginning, not a fault.
      unread.value = found?.code === "not_found" ? null : found;
    });
    if (next !== null) take(next);
  }
  async function doing(name: string, act: () => Promise<AgreementView>): Promise<boolean> {
    [busy.value, last.value] = [name, name];
    const next = await refused(act, keep);
    busy.value = "";
    if (next !== null) take(next);
    return next !== null;
  }
  async function save(): Promise<boolean> {
    [busy.value, last.value] = ["save", "save"];
    const sent = copyOf(draft.value);
    const body = editOf(sent, view.value?.revision ?? 0);
    const next = await refused(() => api.put(BASE, { path, body }), keep);
    busy.value = "";
    if (next !== null) {
      base.value = draftOf(next);
      draft.value = afterSave(draft.value, sent, base.value);
      view.value = next;
      conflicts.value = [];
      savedAt.value = new Date().toISOString();
      return true;
    }
    if (error.value?.code === "stale_revision") await stale();
    return false;
  }
  async function stale(): Promise<void> {
    const next = await refused(() => api.get(BASE, { path }), keep);
    if (next !== null) take(next);
  }
  const hash = (): string => view.value?.pdf_sha256 ?? "";

  return {
    view,
    draft,
    dirty,
    conflicts,
    error,
    place,
    busy,
    savedAt,
    load,
    save,
    read: async (clauseId) => void (await doing("read", () => api.post(`${BASE}/read`, { path, body: { clause_id: clauseId } }))),
    forCourt: async (question, answer) => void (await doing("court", () => api.post(`${BASE}/court`, { path, body: { question, answer } }))),
    draw: async (code, file) =>
      void (await doing(`character-${code}`, () => api.put(`${BASE}/characters/{code}`, { path: { ...path, code: code.replace("U+", "") }, body: fileForm(file) }))),
    lock: (plan = BY_PHONE) => doing("lock", () => api.post(`${BASE}/lock`, { path, body: { revision: view.value?.revision ?? 0, ...plan } })),
    bring: async (page, file) =>
      void (await doing(`paper-${page ?? "all"}`, () => api.post(`${BASE}/paper`, { path, query: page === null ? {} : { page: String(page) }, body: fileForm(file) }))),
    compare: async (body) => void (await doing("compare", () => api.post(`${BASE}/paper/comparison`, { path, body }))),
    reopen: (reason) => doing("reopen", () => api.post(`${BASE}/reopen`, { path, body: { reason } })),
    scan: async (signer, file) =>
      void (await doing(`scan-${signer}`, async () => {
        const kept = await api.post("/api/cases/{case_id}/files", { path, query: { kind: "seal_scan" }, body: fileForm(file) });
        return await api.post(`${BASE}/seal-scan`, { path, body: { signer, file: kept.id } });
      })),
    handCopy: async (person_id, way) => void (await doing(`copy-${person_id}`, () => api.post(`${BASE}/copies`, { path, body: { person_id, way } }))),
    sign: async () => void (await doing("sign", () => api.post(`${BASE}/sign`, { path, body: { pdf_sha256: hash() } }))),
    release: async () => void (await doing("release", () => api.post(`${BASE}/release`, { path, body: { pdf_sha256: hash() } }))),
    withdraw: async () => void (await doing("withdraw", () => api.post(`${BASE}/release/withdraw`, { path }))),
    seal: async () => void (await doing("seal", () => api.post(`${BASE}/seal`, { path, body: { pdf_sha256: hash() } }))),
    page: (no, width) => addressOf(`${BASE}/pages/{page}`, { ...path, page: no }, { w: width, v: hash().slice(0, 8) }),
    declare: (said) => doing("witness", () => api.post(`${BASE}/declaration`, { path, body: { pdf_sha256: hash(), ...said } })),
    witness: (signer, words) => doing("witness", () => api.post(`${BASE}/witness`, { path, body: { pdf_sha256: hash(), signer, words } })),
    pdf: () => addressOf(`${BASE}/pdf`, path, {}),
    scanned: (no, width, file) => addressOf(`${BASE}/paper/{page}`, { ...path, page: no }, { w: width, v: file.slice(-8) }),
    handwriting: (signer) => addressOf(`${BASE}/handwriting/{signer}`, { ...path, signer }, {}),
  };
}

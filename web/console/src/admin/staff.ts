/** A member of staff as typed. Pure. */
import type { Role, Schemas, StaffView } from "../api/types.ts";

export const ROLES: readonly Role[] = ["mediator", "recorder", "head", "officer", "admin", "auditor"];

export interface StaffDraft {
  key: number;
  login: string;
  name: string;
  title: string;
  phone: string;
  roles: Role[];
}

let keys = 0;
export function newStaff(roles: Role[] = ["mediator"]): StaffDraft {
  return { key: (keys += 1), login: "", name: "", title: "", phone: "", roles };
}

export function draftOfStaff(view: StaffView): StaffDraft {
  return { ...newStaff([...view.roles]), login: view.login, name: view.name, title: view.title };
}

export function askOfStaff(draft: StaffDraft): Schemas["NewStaff"] {
  return { login: draft.login.trim().toLowerCase(), name: draft.name.trim(), title: draft.title.trim(), phone: draft.phone.trim(), roles: [...draft.roles] };
}

const UNCHANGED: Schemas["ChangeStaff"] = { name: null, title: null, phone: null, roles: null, membership: null };

/** The telephone is not shown again, so an empty one is left as it is. */
export function changeOfStaff(draft: StaffDraft): Schemas["ChangeStaff"] {
  const phone = draft.phone.trim();
  return { ...UNCHANGED, name: draft.name.trim(), title: draft.title.trim(), roles: [...draft.roles], phone: phone === "" ? null : phone };
}

export function moveOfStaff(membership: StaffView["membership"]): Schemas["ChangeStaff"] {
  return { ...UNCHANGED, membership };
}

/** The committee's particulars as typed. Pure. */
import type { CommitteeView } from "../api/types.ts";

export interface CommitteeDraft {
  name: string;
  short_name: string;
  number_prefix: string;
  office: string;
  office_phone: string;
  address: string;
  court: string;
}

export const NO_COMMITTEE: CommitteeDraft = { name: "", short_name: "", number_prefix: "", office: "", office_phone: "", address: "", court: "" };

export function draftOfCommittee(view: CommitteeView): CommitteeDraft {
  const { name, short_name, number_prefix, office, office_phone, address, court } = view;
  return { name, short_name, number_prefix, office, office_phone, address, court };
}

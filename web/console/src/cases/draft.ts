/** The registration form's own state, and its two ways: from an existing case, and to what the server takes. */
import type { CaseAsk, CaseView, PartyAsk, PartyView, PersonAsk, PersonView, Side } from "../api/types.ts";
import { instantOf, localOf } from "../format.ts";

export interface AuthorityDraft {
  kind: string;
  scopes: string[];
  valid_from: string;
  valid_to: string;
  licence_no: string;
  file: string | null;
}

export interface PersonDraft {
  key: number;
  id: string | null;
  role: PersonAsk["role"];
  name: string;
  mobile: string;
  id_kind: string;
  id_no: string;
  /** Asked only where the document's number does not tell them. */
  gender: "" | "male" | "female";
  birth: string;
  ethnic: string;
  occupation: string;
  relation: string;
  authority: AuthorityDraft | null;
  masked: { mobile: string; id_no: string };
}

export interface PartyDraft {
  key: number;
  id: string | null;
  side: Side;
  kind: PartyAsk["kind"];
  name: string;
  short_name: string;
  capacity: NonNullable<PartyAsk["capacity"]>;
  address: string;
  uscc: string;
  legal_representative: string;
  legal_representative_post: string;
  needs: string[];
  people: PersonDraft[];
  masked: { address: string };
}

export interface CaseDraft {
  dispute_type: string;
  sub_type: string;
  source: string;
  channel: string;
  matter: string;
  summary: string;
  claims: string;
  amount_claimed: number | null;
  occurred_on: string;
  place: string;
  accepted_on: string;
  personal_status: boolean | null;
  public: boolean;
  injured_on: string;
  received_on: string;
  recognised: boolean;
  graded: boolean;
  mediator_id: string;
  recorder_id: string;
  planned_at: string;
  parties: PartyDraft[];
}

let keys = 0;
const nextKey = () => (keys += 1);

export function newPerson(role: PersonAsk["role"]): PersonDraft {
  return {
    key: nextKey(),
    id: null,
    role,
    name: "",
    mobile: "",
    id_kind: "resident_identity_card",
    id_no: "",
    gender: "",
    birth: "",
    ethnic: "",
    occupation: "",
    relation: "",
    authority: role === "agent" ? newAuthority() : null,
    masked: { mobile: "", id_no: "" },
  };
}

export function newAuthority(): AuthorityDraft {
  return { kind: "", scopes: [], valid_from: "", valid_to: "", licence_no: "", file: null };
}

/** A natural person is his own first person; an organisation acts through an agent. */
export function newParty(side: Side, kind: PartyAsk["kind"] = "person"): PartyDraft {
  return {
    key: nextKey(),
    id: null,
    side,
    kind,
    name: "",
    short_name: "",
    capacity: "full",
    address: "",
    uscc: "",
    legal_representative: "",
    legal_representative_post: "",
    needs: [],
    people: [newPerson(kind === "person" ? "party" : "agent")],
    masked: { address: "" },
  };
}

export function newCase(today: string): CaseDraft {
  return {
    dispute_type: "",
    sub_type: "",
    source: "applied",
    channel: "counter",
    matter: "",
    summary: "",
    claims: "",
    amount_claimed: null,
    occurred_on: "",
    place: "",
    accepted_on: today,
    personal_status: null,
    public: false,
    injured_on: "",
    received_on: "",
    recognised: false,
    graded: false,
    mediator_id: "",
    recorder_id: "",
    planned_at: "",
    parties: [newParty("applicant"), newParty("respondent")],
  };
}

const CITIZEN = /^\d[\d*]{16}[\dX]$/i;
/** Whether the number, or without one the kind of document, tells sex and birth by itself (GB 11643). */
export function toldByNumber(person: PersonDraft, kinds: readonly { code: string; tells_person: boolean }[]): boolean {
  const number = person.id_no.trim() || person.masked.id_no;
  if (number !== "") return CITIZEN.test(number);
  return kinds.find((each) => each.code === person.id_kind)?.tells_person ?? true;
}

/** Changes between natural person and organisation keep what both have. */
export function changeKind(party: PartyDraft, kind: PartyAsk["kind"]): void {
  if (party.kind === kind) return;
  party.kind = kind;
  const others = party.people.filter((each) => each.role !== "party" && each.role !== "legal_representative");
  if (kind === "person") party.people = [newPerson("party"), ...others];
  else party.people = others.length > 0 ? others : [newPerson("agent")];
}

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

function personAsk(person: PersonDraft, party: PartyDraft): PersonAsk {
  const own = party.kind === "person" && person.role === "party";
  const held = person.role === "agent" ? person.authority : null;
  return {
    id: person.id,
    role: person.role,
    name: own ? party.name.trim() : person.name.trim(),
    mobile: person.mobile.trim(),
    id_kind: person.id_kind,
    id_no: person.id_no.trim().toUpperCase(),
    gender: person.gender,
    birth: orNull(person.birth),
    ethnic: person.ethnic.trim(),
    occupation: person.occupation.trim(),
    relation: person.relation.trim(),
    authority: held && {
      kind: held.kind,
      scopes: [...held.scopes],
      valid_from: held.valid_from,
      valid_to: orNull(held.valid_to),
      licence_no: held.licence_no.trim(),
      file: held.file,
    },
  };
}

function partyAsk(party: PartyDraft): PartyAsk {
  const organisation = party.kind === "organisation";
  return {
    id: party.id,
    side: party.side,
    kind: party.kind,
    name: party.name.trim(),
    short_name: party.short_name.trim(),
    capacity: organisation ? "full" : party.capacity,
    address: party.address.trim(),
    uscc: organisation ? party.uscc.trim().toUpperCase() : "",
    legal_representative: organisation ? party.legal_representative.trim() : "",
    legal_representative_post: organisation ? party.legal_representative_post.trim() : "",
    needs: [...party.needs],
    people: party.people.map((each) => personAsk(each, party)),
  };
}

/** What the server takes. `labour` is only sent where the dispute type is a labour one. */
export function caseAsk(draft: CaseDraft, labour: boolean): CaseAsk {
  return {
    dispute_type: draft.dispute_type,
    sub_type: draft.sub_type.trim(),
    source: draft.source,
    channel: draft.channel,
    matter: draft.matter.trim(),
    summary: draft.summary.trim(),
    claims: draft.claims.split("\n").map((line) => line.trim()).filter((line) => line !== ""),
    amount_claimed: draft.amount_claimed,
    occurred_on: orNull(draft.occurred_on),
    place: draft.place.trim(),
    accepted_on: orNull(draft.accepted_on),
    labour: labour
      ? {
          injured_on: orNull(draft.injured_on),
          received_on: orNull(draft.received_on),
          recognised: draft.recognised,
          graded: draft.graded,
        }
      : null,
    personal_status: draft.personal_status,
    public: draft.public,
    mediator_id: orNull(draft.mediator_id),
    recorder_id: orNull(draft.recorder_id),
    planned_at: instantOf(draft.planned_at),
    parties: draft.parties.map(partyAsk),
  };
}

function personDraft(person: PersonView): PersonDraft {
  const held = person.authority;
  return {
    ...newPerson(person.role),
    id: person.id,
    name: person.name,
    id_kind: person.id_kind,
    gender: person.gender as PersonDraft["gender"],
    birth: person.birth ?? "",
    ethnic: person.ethnic,
    occupation: person.occupation,
    relation: person.relation,
    authority: held && {
      kind: held.kind,
      scopes: [...held.scopes],
      valid_from: held.valid_from,
      valid_to: held.valid_to ?? "",
      licence_no: held.licence_no,
      file: held.file,
    },
    masked: { mobile: person.mobile_masked, id_no: person.id_no_masked },
  };
}

function partyDraft(party: PartyView): PartyDraft {
  return {
    ...newParty(party.side, party.kind),
    id: party.id,
    name: party.name,
    short_name: party.short_name,
    capacity: party.capacity,
    uscc: party.uscc,
    legal_representative: party.legal_representative,
    legal_representative_post: party.legal_representative_post,
    needs: [...party.needs],
    people: party.people.map(personDraft),
    masked: { address: party.address_masked },
  };
}

/** An existing case in the form. Masked fields start empty: empty keeps what is on file. */
export function draftOf(view: CaseView): CaseDraft {
  const planned = view.sittings.find((each) => each.state === "scheduled")?.planned_at ?? null;
  return {
    ...newCase(view.accepted_on),
    dispute_type: view.dispute_type,
    sub_type: view.sub_type,
    source: view.source,
    channel: view.channel,
    matter: view.matter,
    summary: view.summary,
    claims: view.claims.join("\n"),
    amount_claimed: view.amount_claimed,
    occurred_on: view.occurred_on ?? "",
    place: view.place,
    personal_status: view.personal_status,
    public: view.public,
    injured_on: view.labour?.injured_on ?? "",
    received_on: view.labour?.received_on ?? "",
    recognised: view.labour?.recognised ?? false,
    graded: view.labour?.graded ?? false,
    mediator_id: view.mediator_id ?? "",
    recorder_id: view.recorder_id ?? "",
    planned_at: localOf(planned),
    parties: view.parties.map(partyDraft),
  };
}

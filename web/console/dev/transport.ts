/** Answers the console's requests from the samples, so that screens can be seen without a server. */
import type { RawAnswer, Transport } from "../src/api/client.ts";
import { ACCOUNT, BY_LAW, CALENDAR, COMPARED, COPIES, DRAFT, KEEPING, LOCKED, ON_PAPER, RECORD, RECORDINGS, RECORDS, REFUSING, RELEASED, SEALING, SIGNED, SPOKEN, TO_RELEASE, UNPICTURED, credentials } from "./papers.ts";
import { CASE, CASES, LOG, MESSAGES, MINUTES, PACK, QR, STAFF, TODAY, meAs } from "./samples.ts";

type Answer = (match: RegExpMatchArray, body: unknown) => unknown;
export type Table = readonly (readonly [string, RegExp, Answer])[];

const TABLE: Table = [
  ["get", /^\/api\/staff\/colleagues/, () => ({ staff: STAFF })],
  ["get", /^\/api\/pack/, () => PACK],
  ["get", /^\/api\/today/, () => TODAY],
  ["get", /^\/api\/cases(\?|$)/, () => CASES],
  ["post", /^\/api\/cases$/, () => ({ id: "c1", case_no: "禾溪受〔2025〕041", warnings: ["organisation_code_check"] })],
  ["get", /^\/api\/cases\/\w+$/, () => CASE],
  ["get", /^\/api\/cases\/\w+\/outbox/, () => ({ messages: MESSAGES })],
  ["get", /^\/api\/cases\/\w+\/log/, () => LOG],
  ["get", /^\/api\/cases\/\w+\/minutes/, () => MINUTES],
  ["post", /\/invitations(\/\w+\/resend)?$/, () => ({ invitation: CASE.parties[0]?.people[0]?.invitation, link: "https://tj.example.org/j/8f3kq0", qr_svg: QR, text: MESSAGES[0]?.text })],
  ["get", /^\/api\/cases\/c2\/agreement$/, () => LOCKED],
  ["get", /^\/api\/cases\/c3\/agreement$/, () => SIGNED],
  ["get", /^\/api\/cases\/c8\/agreement$/, () => TO_RELEASE],
  ["get", /^\/api\/cases\/c9\/agreement$/, () => RELEASED],
  ["get", /^\/api\/cases\/c11\/agreement$/, () => COPIES],
  ["get", /^\/api\/cases\/c12\/agreement$/, () => REFUSING],
  ["get", /^\/api\/cases\/c13\/agreement$/, () => ACCOUNT],
  ["get", /^\/api\/sealing$/, () => SEALING],
  ["get", /^\/api\/cases\/c4\/agreement$/, () => BY_LAW],
  ["get", /^\/api\/cases\/c5\/agreement$/, () => ON_PAPER],
  ["get", /^\/api\/cases\/c7\/agreement$/, () => SPOKEN],
  ["get", /^\/api\/cases\/c10\/agreement$/, () => UNPICTURED],
  ["get", /^\/api\/cases\/c6\/agreement$/, () => COMPARED],
  ["get", /^\/api\/cases\/\w+\/agreement$/, () => DRAFT],
  ["get", /^\/api\/records(\?|$)/, () => RECORDS],
  ["get", /^\/api\/keeping(\?|$)/, () => KEEPING],
  ["put", /^\/api\/keeping$/, () => KEEPING],
  ["post", /^\/api\/records\/\w+\/open$/, () => RECORD],
  ["get", /^\/api\/records\/\w+\/recordings\?/, () => RECORDINGS],
  ["get", /^\/api\/admin\/staff$/, () => ({ staff: STAFF })],
  ["post", /^\/api\/admin\/staff/, () => credentials()],
  ["get", /^\/api\/admin\/committee$/, () => meAs("admin").committee],
  ["get", /^\/api\/admin\/calendar$/, () => CALENDAR],
  ["get", /^\/api\/setup\//, () => ({ open: true })],
  ["post", /\/reveal$/, () => ({ value: "512099197904123018" })],
];

/** Refusals, so that their sentences can be seen where they stand. */
const REFUSED: readonly (readonly [string, RegExp, string, Record<string, unknown>])[] = [
  ["post", /^\/api\/cases\/c3\/agreement\/seal$/, "invalid_value", { field: "address", reason: "seal_characters", characters: "𬭚", codes: "U+2CB5A" }],
];

export function sampleTransport(role: string, more: Table = []): Transport {
  return (method, address, body): Promise<RawAnswer> => {
    if (address === "/api/staff/me" && role === "nobody") return Promise.resolve({ status: 401, json: { code: "signed_out", facts: {} } });
    if (address === "/api/staff/me") return Promise.resolve({ status: 200, json: meAs(role) });
    if (address === "/api/staff/sign-in") return Promise.resolve({ status: 403, json: { code: "wrong_code", facts: { left: 3 } } });
    for (const [verb, pattern, code, facts] of REFUSED) {
      if (verb === method && pattern.test(address)) return Promise.resolve({ status: 422, json: { code, facts } });
    }
    for (const [verb, pattern, answer] of [...more, ...TABLE]) {
      const match = address.match(pattern);
      if (verb === method && match) return Promise.resolve({ status: 200, json: structuredClone(answer(match, body)) });
    }
    return Promise.resolve({ status: 404, json: { code: "not_found", facts: {} } });
  };
}

/** Names for the server's messages, taken from the generated document so that they cannot drift from it. */
import type { components } from "./api/schema.ts";

type Schemas = components["schemas"];
export type Snapshot = Schemas["Snapshot"];
export type Change = Schemas["Change"];
export type Reply = Schemas["Reply"];
export type Offer = Schemas["Offer"];
export type SeatState = Schemas["SeatState"];
export type SlotState = Schemas["SlotState"];
export type OwnMedia = Schemas["OwnMedia"];
export type Wish = Schemas["CallMediator"]["wish"];
export type SeatView = Schemas["SeatView"];
export type ConsentText = Schemas["ConsentText"];
export type RightsBlock = Schemas["RightsBlock"];
export type PartyAgreement = Schemas["PartyAgreement"];
export type SignBox = Schemas["SignBox"];
export type PartyClause = Schemas["PartyClause"];
export type PartyMinutes = Schemas["PartyMinutes"];
export type Receipt = Schemas["Receipt"];
export type SignerProgress = Schemas["SignerProgress"];
export type EndNotice = Schemas["EndNotice"];
export type Statement = Schemas["Statement"];
export type CodeSent = Schemas["CodeSent"];
export type Entered = Schemas["Entered"];
export type CopyTicket = Schemas["CopyTicket"];
export type DeviceCheckAsk = Schemas["DeviceCheckAsk"];
export type Refusal = Schemas["Refusal"];
export type PersonRole = Schemas["PersonRole"];
export type { components, paths } from "./api/schema.ts";

export const PROTOCOL_VERSION = 1;

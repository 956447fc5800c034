/** The one sentence "who can hear me", derived only from what the server has confirmed and from the own two switches. */

export interface AudienceFacts {
  readonly space: "lobby" | "reception" | "joint" | "caucus";
  /** Short names of those who hear and see this seat by the server's confirmed edge table, mediator first. */
  readonly names: readonly string[];
  /** The server has confirmed the table for the present space. */
  readonly confirmed: boolean;
  /** Cutting the other side took longer than allowed. */
  readonly failed: boolean;
  readonly microphone: boolean;
  readonly camera: boolean;
}

export type AudienceTone = "hold" | "joint" | "caucus" | "alarm";
export type AudienceKey =
  | "audienceNobody"
  | "audienceNotCut"
  | "audienceCutting"
  | "audienceMany"
  | "audienceHear"
  | "audienceOnly"
  | "audienceSeeOnly"
  | "audienceSeeCount"
  | "audienceHearOnly";

export interface AudienceSentence {
  readonly tone: AudienceTone;
  readonly key: AudienceKey;
  readonly vars: { readonly names: string; readonly count: number };
  readonly heard: boolean;
}

/** More names than this are counted, and the list is offered. */
export const NAMES_IN_LINE = 3;

function keyOf(facts: AudienceFacts): AudienceKey {
  if (facts.failed) return "audienceNotCut";
  if (!facts.confirmed) return "audienceCutting";
  if (facts.names.length === 0 || (!facts.microphone && !facts.camera)) return "audienceNobody";
  const many = facts.names.length > NAMES_IN_LINE;
  if (!facts.microphone) return many || facts.names.length > 1 ? "audienceSeeCount" : "audienceSeeOnly";
  if (many) return "audienceMany";
  if (facts.names.length === 1 && facts.space !== "joint") return "audienceOnly";
  return facts.camera ? "audienceHear" : "audienceHearOnly";
}

function toneOf(facts: AudienceFacts, key: AudienceKey): AudienceTone {
  if (facts.failed) return "alarm";
  if (facts.space === "caucus") return "caucus";
  if (facts.space === "lobby") return "hold";
  return key === "audienceCutting" ? "hold" : "joint";
}

export function audienceSentence(facts: AudienceFacts, comma = "、"): AudienceSentence {
  const key = keyOf(facts);
  const silent = key === "audienceNobody" || key === "audienceSeeOnly" || key === "audienceSeeCount";
  return {
    tone: toneOf(facts, key),
    key,
    vars: { names: facts.names.join(comma), count: facts.names.length },
    heard: !silent && key !== "audienceCutting" && key !== "audienceNotCut",
  };
}

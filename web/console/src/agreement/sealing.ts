/** What the seal of a text waits for, and what is the viewer's own part in it. Pure. */
import type { AgreementView, Schemas } from "../api/types.ts";

type Sealing = Schemas["SealingView"];

/** What may be pressed: releasing, sealing, finishing a record; or why the seal is not his now. */
export type OwnPart = "release" | "seal" | "finish" | "notReleased" | "releasedIt" | null;

export function ownPart(agreement: AgreementView, may: { readonly release: boolean; readonly seal: boolean }): OwnPart {
  const { sealing } = agreement;
  if (agreement.state === "sealed") return null;
  if (agreement.seal_waits) return may.seal ? "finish" : null;
  if (sealing.awaited === "release") return may.release ? "release" : may.seal ? "notReleased" : null;
  if (sealing.awaited !== "seal") return null;
  if (!may.seal) return null;
  return sealing.two && sealing.released_by_me ? "releasedIt" : "seal";
}

/** Whether a release lies open that may be taken back. */
export const isReleased = ({ awaited, two, released_by }: Sealing): boolean => two && awaited === "seal" && released_by !== null;

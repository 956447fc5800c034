import type { Dictionary } from "../dictionary.ts";
import type { receiptZh } from "./receipt.zh.ts";

export const receiptEn: Dictionary<keyof typeof receiptZh> = {
  receiptTitle: "You have signed",
  receiptSignedAt: "You signed on {when}",
  receiptSteps: "{n} steps until it is in force",
  receiptToSign: "to sign",
  receiptToSeal: "to seal",
  sealRow: "Committee seal",
  sealLast: "last step",
  notYet: "The agreement is not in force yet.",
  notYetText: "It takes effect when all have signed and it is sealed. You will be told.",
  fingerprintSigned: "The file you signed, fingerprint {print}. The mediator's screen should show the same.",
  fingerprintSealed: "The sealed file, fingerprint {print} (the first 16 digits of its SHA-256).",
  sealPhotoRow: "Photo of the organisation's seal",
  sealPhotoOwed: "to come",
  sealPhotoYours: "The photo of your organisation's seal is still missing: give it to the mediator, or show the stamped paper. The mediator can sign only then.",
  sealPhotoOther: "{name} still has to give the mediator the photo of the organisation's seal. The mediator can sign only then.",
};

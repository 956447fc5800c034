import type { Dictionary } from "../dictionary.ts";
import type { ElsewhereKey } from "./elsewhere.zh.ts";

export const elsewhereEn: Dictionary<ElsewhereKey> = {
  signPaperTitle: "This agreement is signed on paper",
  signPaperText: "Nothing to sign on the phone, and no code.",
  signPaperPrint: "The mediator prints these pages",
  signPaperRead: "You read every page; ask what is unclear",
  signPaperInk: "You sign beside your name and put your fingerprint",
  signPaperSeam: "Sign or press across the seam of every page too",
  signPaperScan: "Staff take a picture of each page and compare it",
  signWitnessTitle: "You say it, and witnesses hear it",
  signWitnessText: "You need not write. Nobody signs in your name.",
  signWitnessRead: "The mediator reads the agreement to you",
  signWitnessSay: "You say: “I, {name}, agree to this agreement”",
  signWitnessSee: "Two witnesses watch and listen",
  signWitnessKeep: "What the witnesses say is kept in the record",
};

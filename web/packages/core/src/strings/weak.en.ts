import type { Dictionary } from "../dictionary.ts";
import type { weakZh } from "./weak.zh.ts";

export const weakEn: Dictionary<keyof typeof weakZh> = {
  weakTitle: "Your connection is weak. Sound still works.",
  weakText: "The others' pictures are paused.",
  weakHeld: "For now you get only the sound of {names}.",
  unseenBy: "Weak connection at {names}: your picture does not get there at present, your voice does.",
  pictureRests: "Picture paused",
  weakOwn: "Your picture is paused.",
  weakSmaller: "Your picture was made smaller.",
};

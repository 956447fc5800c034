// Names of the screens of samples.ts, for the scripts beside it.
export const SCREENS = ["invitation", "declined", "consents", "consentsNext", "consentsDone", "consentsRefused", "device", "deviceBack", "lobby", "reception", "rights", "joint",
  "jointWeak", "jointHeld", "jointUnseen", "jointRedrafted", "recorded", "recordingStopped", "caucusUnrecorded", "jointMany", "lost", "soundLocked", "caucus", "caucusCutting", "caucusFailed", "caucusDropped", "jointDropped", "hold", "paused", "frozen",
  "readBack", "readBackAnswered", "readBackWeak", "minutes", "sign", "signPaper", "signWitnessed", "signAdjourned", "signRefused", "signLater", "receipt", "receiptSeal", "effective", "closed", "stopped", "adjourned", "left", "second", "replaced", "moved", "cutSignedOut", "cutLink", "cutRefused"];

// Names of the screens of samples.ts, for the scripts beside it.
export const SCREENS = ["invitation", "declined", "consents", "consentsDone", "consentsRefused", "device", "lobby", "reception", "rights", "joint",
  "jointWeak", "jointHeld", "jointUnseen", "recorded", "recordingStopped", "caucusUnrecorded", "jointMany", "lost", "soundLocked", "caucus", "caucusCutting", "caucusFailed", "hold", "paused", "frozen",
  "readBack", "readBackAnswered", "readBackWeak", "minutes", "sign", "signPaper", "signWitnessed", "signLater", "receipt", "receiptSeal", "effective", "stopped", "adjourned", "left", "second", "replaced", "cutSignedOut", "cutLink", "cutRefused"];

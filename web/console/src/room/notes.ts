/**
 * A mediator's private notes of one sitting: in this window alone. Signed out by silence he finds them again; they are
 * gone once he signs out himself or somebody else signs in here.
 */
const PREFIX = "heyi.notes.";

interface Notes {
  read(): string;
  write(text: string): void;
}

export function notesOf(staffId: string, sessionId: string): Notes {
  const key = `${PREFIX}${staffId}.${sessionId}`;
  return {
    read: () => sessionStorage.getItem(key) ?? "",
    write: (text) => sessionStorage.setItem(key, text),
  };
}

/** Lets go of everybody's notes but this person's. */
export function keepNotesOf(staffId: string | null): void {
  const kept = staffId === null ? null : `${PREFIX}${staffId}.`;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && (kept === null || !key.startsWith(kept))) sessionStorage.removeItem(key);
  }
}

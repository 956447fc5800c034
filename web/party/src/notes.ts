/** A short answer to the last tap: `text` until `until`, ms of the phone's clock; weak where it did not succeed. */
export interface Note {
  readonly text: string;
  readonly until: number;
  readonly tone: "good" | "weak";
}

export const NO_NOTE: Note = { text: "", until: 0, tone: "good" };

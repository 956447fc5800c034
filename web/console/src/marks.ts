/** The colour of a sentence's mark in the minutes, by its code; the word beside it says the same. */
export const MARK_TAGS: Readonly<Record<string, string>> = { undisputed: "green", disputed: "amber", concession: "blue", notice: "blue" };

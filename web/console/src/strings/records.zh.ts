/** Words. */
export const recordsZh = {} as const;

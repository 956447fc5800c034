/** Words. */
export const adminZh = {} as const;

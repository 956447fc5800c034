/** Words. */
export const roomZh = {} as const;

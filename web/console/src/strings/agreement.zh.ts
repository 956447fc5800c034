/** Words. */
export const agreementZh = {} as const;

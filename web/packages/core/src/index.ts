export * from "./audience.ts";
export * from "./dates.ts";
export * from "./dictionary.ts";
export * from "./quality.ts";
export * from "./reconnect.ts";
export * from "./ua.ts";

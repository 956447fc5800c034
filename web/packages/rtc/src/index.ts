export * from "./media.ts";
export * from "./meter.ts";
export * from "./network.ts";
export * from "./peer.ts";
export * from "./ring.ts";
export * from "./sink.ts";
export * from "./stats.ts";
export * from "./wake.ts";

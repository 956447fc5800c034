/** The live line of staff: entering, and requests with their answers. */
import { PROTOCOL_VERSION, type Reply } from "@heyi/core";
import { LiveSocket, type LiveEvents } from "@heyi/rtc/live.ts";

export type LineEvents = LiveEvents;

export interface LivePort {
  enter(): Promise<Reply>;
  /** Without an answer in time the reply is `{ok: false, code: "offline"}`. */
  ask(event: string, body?: object): Promise<Reply>;
  /** Finds out whether the server still hears us, and makes a new connection where it does not. */
  check(): Promise<void>;
  close(): void;
}
export type OpenLine = (sessionId: string, events: LineEvents) => LivePort;

const SILENT: Reply = { ok: false, code: "offline", facts: {} };

export const socketLine: OpenLine = (session, events) => {
  const live = new LiveSocket("staff", events);
  const ask = async (event: string, body: object = {}): Promise<Reply> => (await live.ask(event, body)) ?? SILENT;
  return {
    enter: () => ask("enter", { session_id: session, version: PROTOCOL_VERSION }),
    ask,
    check: () => live.check(),
    close: () => live.close(),
  };
};

/** Where a room gets its line from; the product has one way, the development page another. */
import { socketLine, type OpenLine } from "./line.ts";

export const lineFactory: { open: OpenLine } = { open: socketLine };

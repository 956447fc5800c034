/** Icons: the shared set, and those that only the console needs, drawn on the same grid. */
import { ICONS as SHARED } from "@heyi/ui/icons.ts";

export const ICONS = {
  ...SHARED,
  unlock: ["M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2"],
  share: ["M3.5 5h17v11h-17zM9 20h6M12 13V8M9.5 10L12 7.500l2.5 2.5"],
  box: ["M12 3.500l8 4.300v8.400l-8 4.3-8-4.300V7.800zM4 7.800l8 4.4 8-4.400M12 12.200v8.3"],
  upload: ["M12 15.500V4M7.5 8.500L12 4l4.5 4.500M5 20h14"],
  print: ["M7 8V4h10v4M7 16H4V8h16v8h-3M7 13h10v7H7z"],
  plus: ["M12 5v14M5 12h14"],
  minus: ["M5 12h14"],
  down: ["M6 9l6 6 6-6"],
  list: ["M9 6h11M9 12h11M9 18h11M4.5 6v.1M4.5 12v.1M4.5 18v.1"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.200a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.600z"],
  copy: ["M9 8h11v12H9zM5 16H4V4h12v1"],
  pause: ["M8 5v14M16 5v14"],
  play: ["M7 4.500v15l12-7.500z"],
  calendar: ["M4 6h16v14H4zM4 10.500h16M8 3.500V8M16 3.500V8"],
  swap: ["M4 8.500h14M14.5 5L18 8.5 14.5 12M20 16H6M9.5 12.500L6 16l3.5 3.5"],
  refresh: ["M19.5 12a7.5 7.5 0 1 1-2.4-5.500M19.5 4v4h-4"],
  device: ["M8 3h8a1.5 1.5 0 0 1 1.5 1.500v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.500v-15A1.5 1.5 0 0 1 8 3zM11 18h2"],
  key: ["M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM11 12l8-8M16 7l2.5 2.500M13.5 9.500l2 2"],
  trash: ["M5 7h14M9.5 7V4.500h5V7M7 7l1 13h8l1-13"],
  bars: ["M5 20v-3M10 20v-7M15 20V9M20 20V4"],
  door: ["M6 20.500V4h10v16.500M3.5 20.500h17M12.5 12.500v.1"],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof ICONS;

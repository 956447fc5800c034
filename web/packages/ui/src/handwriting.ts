/**
 * Handwriting on a pad that changes its size. What was written is kept in units of a thousandth of the width of the pad
 * it was begun on, so that it can be drawn on any other, after a turn of the phone or a reload, without loss.
 */
import type { PointGroup } from "signature_pad";

export const UNITS = 1_000;

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Nothing is known of the pad that kept writing was made on. */
export const ANY: Box = { width: Infinity, height: Infinity };
/** Half of the widest line, in pixels, so that the lowest one is drawn whole. */
const PEN_PX = 2;

/** How far the writing reaches on its paper, in units; a finger that slid off the pad wrote nothing there. */
function reach(writing: readonly PointGroup[], paper: Box): Box {
  let [width, height] = [UNITS, 1];
  for (const { points } of writing) {
    for (const { x, y } of points) [width, height] = [Math.max(width, x), Math.max(height, y)];
  }
  return { width: Math.min(width, Math.max(UNITS, paper.width)), height: Math.min(height, paper.height) };
}

/** Pixels of a unit on a pad of this size: as large as fits whole, into the width and into the height. */
export function pixelsOf(writing: readonly PointGroup[], paper: Box, pad: Box): number {
  if (writing.length === 0) return pad.width / UNITS;
  const { width, height } = reach(writing, paper);
  return Math.min(pad.width / width, (pad.height - PEN_PX) / height);
}

/** The same writing with every point `factor` times as far from the corner; time and pressure stay. */
export function scaled(writing: readonly PointGroup[], factor: number): PointGroup[] {
  return writing.map((group) => ({
    ...group,
    points: group.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })),
  }));
}

const hundredths = (pixels: number): number => Math.round(pixels * 100) / 100;

/** Where the pen went, stroke by stroke, and never when or how hard: those tell a hand apart, and nobody asked for that. */
export function places(writing: readonly PointGroup[]): number[][][] {
  return writing.map(({ points }) => points.map(({ x, y }) => [hundredths(x), hundredths(y)]));
}

/**
 * The drawn picture of who hears whom: people together in a solid frame, people waiting in a dashed one, a round cross
 * where the connection is cut. Pure: snapshot in, coordinates in a 280 wide grid out.
 */
import type { SeatState, Side, Snapshot } from "../api/types.ts";
import { circleSign, inside, muted, own, seatsOf, sidesOf, toneOf, type Tone } from "./scene.ts";

export interface Node {
  readonly id: string;
  readonly sign: string;
  readonly name: string;
  readonly mute: boolean;
  readonly x: number;
  readonly y: number;
}
export interface Link {
  readonly from: Node;
  readonly to: Node;
}
export interface Box {
  readonly id: string;
  readonly tone: Tone;
  readonly side: Side | null;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly nodes: readonly Node[];
  /** From nine people on a box only counts. */
  readonly count: number;
}
export interface Cut {
  readonly x: number;
  readonly y: number;
  readonly confirmed: boolean;
}
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
  readonly cuts: readonly Cut[];
}

export const WIDTH = 280;
export const MOST_DRAWN = 8;
const GAP = 26;
const CELL = 78;
const ROW = 66;
const PAD = 10;
const COUNT_HEIGHT = 44;
/** So wide is a name that fits below its circle: a letter is one, a Chinese character two. */
const NAME_WIDTH = 11;

interface Person {
  readonly id: string;
  readonly name: string;
  /** Whoever sits at a telephone whose microphone is off is not heard either. */
  readonly mute: boolean;
}
interface Group {
  readonly id: string;
  readonly tone: Tone;
  readonly side: Side | null;
  readonly people: readonly Person[];
}

function peopleOf(snapshot: Snapshot, seats: readonly SeatState[]): readonly Person[] {
  return seats
    .filter((seat) => seat.present)
    .flatMap((seat) => {
      const mute = muted(snapshot, seat);
      return [
        { id: seat.seat, name: seat.name, mute },
        ...seat.beside.map((name, index) => ({ id: `${seat.seat}+${index}`, name, mute })),
      ];
    });
}

/** The name as it fits; the list that is read aloud has it whole. */
export function fitting(name: string): string {
  let left = NAME_WIDTH;
  const signs = [...name];
  const end = signs.findIndex((sign) => (left -= /[\u2e80-\uffff]/u.test(sign) ? 2 : 1) < 0);
  return end < 0 ? name : `${signs.slice(0, end - 1).join("").trimEnd()}…`;
}

/** Groups of people who share a place; the space that is open comes first. */
export function groupsOf(snapshot: Snapshot): readonly Group[] {
  const together = peopleOf(snapshot, snapshot.seats.filter((seat) => inside(snapshot, seat)));
  const waiting = sidesOf(snapshot).map((side): Group => {
    const seats = seatsOf(snapshot, side).filter((seat) => !inside(snapshot, seat));
    return { id: `lobby-${side}`, tone: "hold", side, people: peopleOf(snapshot, seats) };
  });
  const staff = snapshot.seats.filter((seat) => seat.side === null && !inside(snapshot, seat));
  return [
    { id: "open", tone: toneOf(snapshot), side: snapshot.caucus_side, people: together },
    { id: "staff", tone: "hold" as const, side: null, people: peopleOf(snapshot, staff) },
    ...waiting,
  ].filter((group) => group.people.length > 0);
}

function heightOf(group: Group, columns: number, counts: boolean): number {
  if (counts) return COUNT_HEIGHT;
  return Math.ceil(group.people.length / columns) * ROW + PAD;
}

function boxOf(group: Group, x: number, y: number, w: number, h: number, counts: boolean): Box {
  const columns = Math.max(1, Math.floor(w / CELL));
  const rows = Math.ceil(group.people.length / columns);
  const top = y + (h - rows * ROW) / 2;
  const nodes = group.people.map((person, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, group.people.length - row * columns);
    const step = w / inRow;
    return {
      id: person.id,
      sign: circleSign(person.name),
      name: fitting(person.name),
      mute: person.mute,
      x: Math.round(x + step * ((index % columns) + 0.5)),
      y: Math.round(top + row * ROW + 23),
    };
  });
  return { ...group, x, y, w, h, nodes: counts ? [] : nodes, count: group.people.length };
}

function linksOf(box: Box | undefined, tone: Tone): readonly Link[] {
  if (box === undefined || tone === "hold") return [];
  return box.nodes.flatMap((from, index) => box.nodes.slice(index + 1).map((to) => ({ from, to })));
}

/** One side beside the other: the open space left, everybody who waits stacked right, or all stacked when nothing is open. */
function place(groups: readonly Group[], counts: boolean): { boxes: readonly Box[]; height: number } {
  const open = groups.find((group) => group.id === "open");
  const others = groups.filter((group) => group !== open);
  if (open === undefined || others.length === 0 || counts) return stack(groups, 0, WIDTH, counts);
  const left = others.length > 0 ? 160 : WIDTH;
  const right = stack(others, left + GAP, WIDTH - left - GAP, counts);
  const height = Math.max(heightOf(open, Math.floor(left / CELL), counts), right.height);
  const last = right.boxes[right.boxes.length - 1];
  const grown = right.boxes.map((box) => (box === last ? boxOf(groupOf(box, others), box.x, box.y, box.w, height - box.y, counts) : box));
  return { boxes: [boxOf(open, 0, 0, left, height, counts), ...grown], height };
}

function groupOf(box: Box, groups: readonly Group[]): Group {
  return groups.find((group) => group.id === box.id) ?? { ...box, people: [] };
}

function stack(groups: readonly Group[], x: number, w: number, counts: boolean): { boxes: readonly Box[]; height: number } {
  let y = 0;
  const boxes = groups.map((group) => {
    const h = heightOf(group, Math.max(1, Math.floor(w / CELL)), counts);
    const box = boxOf(group, x, y, w, h, counts);
    y += h + GAP;
    return box;
  });
  return { boxes, height: Math.max(0, y - GAP) };
}

function cutsOf(boxes: readonly Box[], confirmed: boolean): readonly Cut[] {
  const [first, ...rest] = boxes;
  if (first === undefined) return [];
  const beside = rest.filter((box) => box.x > first.x);
  const below = boxes.slice(1).filter((box) => !beside.includes(box));
  return [
    ...beside.map((box) => ({ x: box.x - GAP / 2, y: Math.round(box.y + box.h / 2), confirmed })),
    ...below.map((box) => ({ x: Math.round(box.x + box.w / 2), y: box.y - GAP / 2, confirmed })),
  ];
}

export function whoHears(snapshot: Snapshot): Picture {
  const groups = groupsOf(snapshot);
  const total = groups.reduce((sum, group) => sum + group.people.length, 0);
  const counts = total > MOST_DRAWN;
  const { boxes, height } = place(groups, counts);
  const open = boxes.find((box) => box.id === "open");
  const confirmed = snapshot.lamp === "none" || snapshot.lamp === "isolated";
  return { width: WIDTH, height, boxes, links: linksOf(open, toneOf(snapshot)), cuts: cutsOf(boxes, confirmed) };
}

/** The same in one sentence for who cannot see the drawing: groups of names. */
export function whoHearsNames(snapshot: Snapshot): readonly { readonly together: boolean; readonly names: readonly string[] }[] {
  const me = own(snapshot);
  return groupsOf(snapshot).map((group) => ({
    together: group.id === "open" && me !== null,
    names: group.people.map((person) => person.name),
  }));
}

/** Names of those whom nobody hears because their microphone is off. */
export function muteNames(snapshot: Snapshot): readonly string[] {
  return groupsOf(snapshot).flatMap((group) => group.people.filter((person) => person.mute).map((person) => person.name));
}

// Dictionaries of a PDF (ISO 32000-1, 7.3), as far as they say by themselves what they are.

const SPACE = /[\0\t\n\f\r ]+/y;
const TOKEN = /<<|>>|\[|\]|\/[^\0\t\n\f\r ()<>[\]{}/%]*|<[0-9A-Fa-f\0\t\n\f\r ]*>|[^\0\t\n\f\r ()<>[\]{}/%]+/y;
const OPENS = new Set(["<<", "["]);
const CLOSES = new Set([">>", "]"]);

/** Keys with their values, written with one blank between any two tokens. */
export type Dictionary = ReadonlyMap<string, string>;

/**
 * The dictionary at a place in a file read as Latin-1. Throws where there is none, where a key
 * stands twice, and for ways to write that nobody of us uses: comments, escapes in names.
 */
export function dictionaryAt(latin: string, at: number): Dictionary {
  const { tokens } = read(latin, at);
  if (tokens[0] !== "<<") throw new SyntaxError("no dictionary");
  const found = new Map<string, string>();
  let next = 1;
  while (tokens[next] !== ">>") {
    const key = tokens[next] ?? "";
    const end = valueEnd(tokens, next + 1);
    if (!/^\/[^#]+$/.test(key) || found.has(key)) throw new SyntaxError("no single key");
    found.set(key, tokens.slice(next + 1, end).join(" "));
    next = end;
  }
  return found;
}

/** Where the dictionary ends that begins at a place. */
export const dictionaryEnd = (latin: string, at: number): number => read(latin, at).end;

/** References to objects in an array, such as `104 0 R`, in their order; throws for anything else in it. */
export function references(array: string): string[] {
  const inside = /^\[ ?((?:\d+ 0 R ?)*)\]$/.exec(array);
  if (inside === null) throw new SyntaxError("no references");
  return inside[1]?.match(/\d+ 0 R/g) ?? [];
}

/** Where the value ends that begins with this token; a reference takes three. */
function valueEnd(tokens: readonly string[], begin: number): number {
  if (tokens[begin + 2] === "R") return begin + 3;
  let [depth, at] = [0, begin];
  do {
    const token = tokens[at++] ?? "";
    if (OPENS.has(token)) depth++;
    if (CLOSES.has(token)) depth--;
  } while (depth > 0);
  if (depth < 0) throw new SyntaxError("a key without a value");
  return at;
}

/** The tokens of one dictionary, from its `<<` to its `>>`. */
function read(latin: string, begin: number): { readonly tokens: readonly string[]; readonly end: number } {
  const tokens: string[] = [];
  let [at, depth] = [begin, 0];
  do {
    at = past(SPACE, latin, at) ?? at;
    const end = latin[at] === "(" ? stringEnd(latin, at) : past(TOKEN, latin, at);
    if (end === null) throw new SyntaxError("no token");
    const token = latin.slice(at, end);
    tokens.push(token);
    if (token === "<<") depth++;
    if (token === ">>") depth--;
    at = end;
  } while (depth > 0);
  return { tokens, end: at };
}

function past(pattern: RegExp, latin: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(latin) ? pattern.lastIndex : null;
}

/** Brackets in a string are balanced or escaped (7.3.4.2). */
function stringEnd(latin: string, begin: number): number {
  let [depth, at] = [0, begin];
  do {
    const one = latin[at];
    if (one === undefined) throw new SyntaxError("a string without an end");
    if (one === "(") depth++;
    if (one === ")") depth--;
    at += one === "\\" ? 2 : 1;
  } while (depth > 0);
  return at;
}

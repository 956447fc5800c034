/** What a log entry says, in words: names for ids, the lists' names for codes; ids of records and rooms say nothing. */
import type { Schemas } from "../api/types.ts";
import { tableMoment } from "../format.ts";
import { hasWord, nameOf, t, wordOf } from "../i18n.ts";
import { pack } from "../session.ts";

type Value = Schemas["LogEntryView"]["facts"][string];
const INNER = new Set(["clause", "file", "hold", "invitation", "opening", "record", "recording", "session"]);
const LONG = /^[0-9a-f-]{16,}$/;
const SHOWN_OF_A_DIGEST = 8;
/** Ids begin with the time they were made at; what tells two people apart stands at the end. */
const ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;
const SHOWN_OF_AN_ID = 4;
/** Facts whose values are words of another list or group. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  channel: ["sendBy"],
  document: ["fileKind"],
  field: ["revealField"],
  kind: ["fileKind"],
  outcome: ["outcome"],
  reason: ["recordingReason"],
  result: ["outcome", "logValue.result"],
  role: ["signRole"],
  side: ["side"],
  camera: ["logValue.device"],
  microphone: ["logValue.device"],
};

/** A version of words, not of a draft. */
const WORDS = { version: "text_version" } as const;
/** Facts that mean another thing in one kind of entry: a destroyed file's `document` is what kind of file it was. */
const MEANT: Readonly<Record<string, Readonly<Record<string, string>>>> = { "file.shredded": { document: "kind" }, "notice.shown": WORDS, "rights.read": WORDS };

function listed(name: string, code: string): string {
  const lists = pack.value;
  if (lists === null) return code;
  switch (name) {
    case "notice":
      return nameOf(lists.notices, code);
    case "scope":
      return nameOf(lists.consents, code);
    case "document":
      return nameOf(lists.id_kinds, code);
    case "reason":
      return nameOf(lists.end_reasons, code);
    case "source":
      return nameOf(lists.sources, code);
    case "dispute_type":
      return nameOf(lists.dispute_types, code);
    default:
      return code;
  }
}

/** Whoever the reader may not know by name: always the same short sign for the same person. */
export function unnamed(id: string): string {
  return t("logUnnamed", { id: id.slice(-SHOWN_OF_AN_ID) });
}

function valueWord(name: string, value: Value, people: ReadonlyMap<string, string>): string {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  const text = String(value ?? "");
  const group = [...(GROUPS[name] ?? []), `logValue.${name}`].find((each) => hasWord(each, text));
  if (group !== undefined) return wordOf(group, text);
  if (name.endsWith("_at")) return tableMoment(text);
  if (ID.test(text)) return people.get(text) ?? unnamed(text);
  return people.get(text) ?? (LONG.test(text) ? `${text.slice(0, SHOWN_OF_A_DIGEST)}…` : listed(name, text));
}

/** One phrase a fact, in the order of the entry; facts without a value are left out. */
export function factWords(facts: Schemas["LogEntryView"]["facts"], people: ReadonlyMap<string, string>, kind = ""): readonly string[] {
  return Object.entries(facts)
    .filter(([name, value]) => value !== null && !INNER.has(name))
    .map(([name, value]) => [MEANT[kind]?.[name] ?? name, value] as const)
    .map(([name, value]) => `${wordOf("logFact", name)} ${valueWord(name, value, people)}`);
}

// What a declaration before witnesses says of its recording, held against the log and the recording's manifest.
import type { Attested } from "./attested.ts";
import { type Bytes, text } from "./bytes.ts";
import { type Json, type JsonObject, isObject, textAt } from "./canonical.ts";
import type { Files } from "./files.ts";
import { type Fact, fact } from "./report.ts";

const LOG = "log.jsonl";
const [DIGEST, PLAIN] = [/^[0-9a-f]{64}$/, /^[0-9A-Za-z][0-9A-Za-z_.-]*$/];
/** No recording has as many chunks. */
const MOST = 10 ** 15;

/** A recording as far as a declaration names it. */
interface Named {
  readonly recording: string;
  readonly chunks: number;
  readonly head: string;
}

/**
 * Whether what declarations say of being recorded is so; nothing where none says it, as before. A recording is named as
 * the log has it and, where its manifest is here, as that has it.
 */
export function declaredRecording(files: Files, found: readonly Attested[]): Fact | null {
  const told = found.flatMap(({ statement, statementName }) => {
    const said = statement === null ? undefined : toldBy(statement);
    return said === undefined ? [] : [{ statementName, said }];
  });
  if (told.length === 0) return null;
  const bad = told.filter(({ said }) => said !== null && !isSo(files, said)).map((one) => one.statementName);
  const recorded = told.filter(({ said }) => said !== null).length;
  return { ...fact("declared_recording", bad), declared: { declarations: told.length, recorded } };
}

function toldBy(statement: JsonObject): Json | undefined {
  const saw = statement["saw"];
  return statement["purpose"] === "record_declaration" && isObject(saw) ? saw["recording"] : undefined;
}

function isSo(files: Files, said: Json): boolean {
  const named = namedIn(said);
  if (named === null || !read(files.get(LOG)).includes(logged(named))) return false;
  const manifest = files.get(`recordings/${named.recording}.jsonl`);
  return manifest === undefined || read(manifest).split("\n").some((line) => ofChunk(line, named));
}

/** What stands in the log's entry of that head. */
const logged = ({ recording, chunks, head }: Named): string =>
  `"facts":{"chunks":${chunks},"head":"${head}","recording":"${recording}"},"kind":"recording.head"`;

const ofChunk = (line: string, { chunks, head }: Named): boolean => line.startsWith(`{"chain":"${head}",`) && line.includes(`,"i":${chunks - 1},`);

function namedIn(said: Json): Named | null {
  if (!isObject(said)) return null;
  const { chunks } = said;
  const [head, recording] = [textAt(said, "head_sha256"), textAt(said, "id")];
  const sound = typeof chunks === "number" && chunks > 0 && chunks < MOST && DIGEST.test(head) && PLAIN.test(recording);
  return sound ? { recording, chunks, head } : null;
}

function read(bytes: Bytes | undefined): string {
  try {
    return bytes === undefined ? "" : text(bytes);
  } catch {
    return "";
  }
}

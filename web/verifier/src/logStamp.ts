// The time stamp of the log's checkpoint, and the root certificate in the record that it stands below.
import type { Bytes } from "./bytes.ts";
import { fingerprint, readCertificate } from "./certificate.ts";
import { endOf } from "./chain.ts";
import { readSignature } from "./cms.ts";
import type { Files } from "./files.ts";
import { type Fact, type LogStamp, fact, unjudged } from "./report.ts";
import { type Stamp, isoMoment, readStamp } from "./stamp.ts";

const [CODE, CHECKPOINT, TOKEN, ROOT] = ["log_stamped", "log/checkpoint.txt", "log/checkpoint.tst", "trust/log-stamps.pem"] as const;

/** Whether the checkpoint has a time stamp, below the root in the record; an earlier record lacks that. */
export async function logStamped(files: Files): Promise<Fact> {
  const token = files.get(TOKEN);
  if (token === undefined) return unjudged(CODE);
  const stamp = await stampOf(token, files.get(CHECKPOINT));
  if (stamp?.holds === null) return unjudged(CODE, [TOKEN]);
  if (!stamp?.holds) return fact(CODE, [TOKEN]);
  const said = await below(stamp, files.get(ROOT));
  return said === null ? fact(CODE, files.has(ROOT) ? [TOKEN, ROOT] : [TOKEN]) : { ...fact(CODE, []), stamp: said };
}

async function stampOf(token: Bytes, checkpoint: Bytes | undefined): Promise<Stamp | null> {
  try {
    return checkpoint?.length ? await readStamp(readSignature(token), checkpoint) : null;
  } catch {
    return null;
  }
}

async function below({ token, moment }: Stamp, pem: Bytes | undefined): Promise<LogStamp | null> {
  const root = pem === undefined ? null : readCertificate(pem);
  const end = await endOf(token.signer, root ? [...token.beside, root] : token.beside, moment);
  const found = root ? await fingerprint(root) : "";
  const led = pem === undefined ? end.sha256 !== "" : root !== null && end.sha256 === found;
  return led ? { at: isoMoment(moment), root: found } : null;
}

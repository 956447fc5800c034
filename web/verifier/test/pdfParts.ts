// Small PDFs, written part by part.
export type Objects = Readonly<Record<number, string>>;

/** A file's next part: objects, their table, and where the table stands. */
export function part(below: string, objects: Objects, trailer = "/Root 1 0 R"): string {
  let [file, rows] = [below, "0 1\n0000000000 65535 f \n"];
  for (const [number, object] of Object.entries(objects)) {
    rows += `${number} 1\n${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${number} 0 obj\n${object}\nendobj\n`;
  }
  const prev = /startxref\n(\d+)\n%%EOF\n$/.exec(below)?.[1];
  const end = `trailer\n<< ${trailer}${prev === undefined ? "" : ` /Prev ${prev}`} >>\nstartxref\n${file.length}\n%%EOF\n`;
  return `${file}xref\n${rows}${end}`;
}

/** A file as it lies on a disk. */
export const bytes = (file: string) => Uint8Array.from(file, (one) => one.charCodeAt(0));

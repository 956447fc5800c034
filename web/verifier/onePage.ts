// Puts script and style into the page itself and allows nothing else: the file is to work from a
// disk, without a network, years after everything around it is gone.
import { createHash } from "node:crypto";
import type { Plugin, Rolldown } from "vite";

const SCRIPT = /<script[^>]*src="[^"]*"[^>]*><\/script>/;
const STYLE = /<link[^>]*rel="stylesheet"[^>]*>/;

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

function policy(script: string, style: string): string {
  const rules = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<meta http-equiv="Content-Security-Policy" content="${rules.join("; ")}">`;
}

function textOf(bundle: Rolldown.OutputBundle, ending: string): string {
  const found = Object.values(bundle).filter((file) => file.fileName.endsWith(ending));
  const [only] = found;
  if (only === undefined || found.length !== 1) throw new Error(`expected one ${ending}, found ${found.length}`);
  return only.type === "chunk" ? only.code : String(only.source);
}

/** Leaves one file, `name`, of everything that was built. */
export function onePage(name: string): Plugin {
  return {
    name: "one-page",
    enforce: "post",
    generateBundle(_, bundle) {
      // A script that held the closing tag would end early.
      const script = textOf(bundle, ".js").replaceAll("</script", "<\\/script");
      const style = textOf(bundle, ".css").trim();
      const page = textOf(bundle, ".html")
        .replace(SCRIPT, "")
        .replace(STYLE, () => `${policy(script, style)}\n<style>${style}</style>`)
        .replace("</body>", () => `<script type="module">${script}</script>\n</body>`);
      for (const file of Object.keys(bundle)) Reflect.deleteProperty(bundle, file);
      this.emitFile({ type: "asset", fileName: name, source: page });
    },
  };
}

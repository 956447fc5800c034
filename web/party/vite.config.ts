import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";
import { landingEn } from "../packages/core/src/strings/landing.en.ts";
import { landingZh } from "../packages/core/src/strings/landing.zh.ts";

/** The script that speaks to engines which cannot run the page's own; it must keep its form, and run before that one. */
const old = readFileSync(new URL("src/old.js", import.meta.url), "utf8");
const oldName = `assets/old-${createHash("sha256").update(old).digest("hex").slice(0, 8)}.js`;

/**
 * Makes the link page paint without a second request: the entry's style goes into the page under the server's nonce,
 * and the words of the page go into landing.json for the server to print.
 */
function linkPage(): Plugin {
  return {
    name: "heyi-link-page",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        if (!bundle) return html;
        const styles = /<link rel="stylesheet"[^>]*href="\/party\/([^"]+)"[^>]*>/g;
        const modules = /<script type="module"/;
        if (!modules.test(html)) throw new Error("no script of the link page");
        const heard = html.replace(modules, `<script defer src="/party/${oldName}"></script>\n    $&`);
        return heard.replace(styles, (_tag, file: string) => {
          const asset = bundle[file];
          if (!asset || asset.type !== "asset") throw new Error(`no style ${file}`);
          Reflect.deleteProperty(bundle, file);
          const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
          const page = chunks.find((one) => one.isEntry)?.fileName ?? "";
          const late = new Set(chunks.flatMap((one) => (one.isEntry ? [] : one.dynamicImports)));
          const waiting = chunks.find((one) => late.has(one.fileName) && one.imports.includes(page));
          if (waiting) throw new Error(`${waiting.fileName} waits for ${file}, which is in the page: let it import nothing of the link page`);
          return `<style nonce="{{ nonce }}">{% raw %}${String(asset.source)}{% endraw %}</style>`;
        });
      },
    },
    generateBundle() {
      const words = JSON.stringify({ "zh-CN": landingZh, en: landingEn });
      this.emitFile({ type: "asset", fileName: "landing.json", source: words });
      this.emitFile({ type: "asset", fileName: oldName, source: old });
    },
  };
}

export default defineConfig({
  base: "/party/",
  plugins: [vue(), linkPage()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: "../dist/party",
    emptyOutDir: true,
    target: ["chrome87", "safari14"],
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});

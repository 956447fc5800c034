import { defineConfig } from "vite";
import { onePage } from "./onePage.ts";

export default defineConfig({
  base: "./",
  plugins: [onePage("verify.html")],
  build: {
    outDir: "../dist/verifier",
    emptyOutDir: true,
    target: ["chrome80", "safari13.1", "firefox78"],
    modulePreload: false,
    cssCodeSplit: false,
  },
});

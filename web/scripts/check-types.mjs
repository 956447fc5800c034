// Type-checks every part of the workspace, each against its own tsconfig; stops at the first that fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const parts = [
  ["tsc", "packages/core"],
  ["tsc", "packages/rtc"],
  ["vue-tsc", "packages/ui"],
  ["vue-tsc", "party"],
  ["vue-tsc", "console"],
  ["tsc", "verifier"],
];
for (const [tool, part] of parts) {
  if (!existsSync(`${part}/tsconfig.json`)) continue;
  const run = spawnSync("npx", ["--no-install", tool, "--noEmit", "-p", part], { stdio: "inherit" });
  if (run.status !== 0) {
    console.error(`types: ${part} failed`);
    process.exit(run.status ?? 1);
  }
}

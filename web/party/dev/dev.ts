/** Shows one screen with invented values: ?screen=joint&lang=en&size=large. Never part of the build. */
import "../src/landing.css";
import "@heyi/ui/parts.css";
import { createApp } from "vue";
import App from "../src/App.vue";
import { ROOM, Room } from "../src/room.ts";
import { AGREEMENT, SEAT, STATES } from "./samples.ts";

const asked = new URLSearchParams(location.search);
const size = asked.get("size");
if (size) document.documentElement.dataset["size"] = size;
window.fetch = () => Promise.resolve(new Response("{}", { status: 200 }));

const shelf = document.createElement("div");
shelf.hidden = true;
const name = asked.get("screen") ?? "invitation";
const ELSEWHERE: Readonly<Record<string, string>> = { signPaper: "wet_ink", signWitnessed: "witnessed" };
const answered = (clause: (typeof AGREEMENT.clauses)[0]) => ({ ...clause, heard: true, verdict: "agree" as const });
const agreement = {
  ...AGREEMENT,
  sign_blocked: ELSEWHERE[name] ?? AGREEMENT.sign_blocked,
  ...(name === "readBackAnswered" ? { clauses: AGREEMENT.clauses.map(answered) } : {}),
};
localStorage.removeItem("noes");
const room = new Room(SEAT, shelf);
const root = document.createElement("div");
root.className = "app";
document.body.replaceChildren(root, shelf);
Object.assign(room.api, {
  agreement: () => Promise.resolve(agreement),
  seat: () => Promise.resolve(room.seat),
  refuseSigning: () => Promise.resolve(room.seat),
  code: () => Promise.resolve({ sent: true, mobile_masked: SEAT.mobile_masked, retry_after_s: 60 }),
});
await room.words.speak(asked.get("lang") ?? "zh-CN");
if (asked.get("media") !== "off") await room.owner.open(asked.get("media") !== "sound");
room.agreement.value = agreement;
room.state.value = (STATES[name] ?? STATES["invitation"] as () => typeof room.state.value)();
if (name === "jointWeak") room.rung.value = "sound";
const unheard: Readonly<Record<string, string>> = { consentsUnheard: "e_sign", ownUnheard: "e_sign", recordedUnheard: "recording" };
const acts: Readonly<Record<string, string>> = { invitationUnheard: "part", leftUnheard: "stop", leftLate: "stop", signUnheard: "sign" };
const scope = unheard[name] ?? acts[name];
if (scope) room.answering.noes.keep({ scope, text_version: "1" });
for (const no of name === "leftLate" ? room.answering.noes.unheard.value : []) room.answering.noes.delay(no);
if (name.startsWith("own")) room.own.value = true;
const app = createApp(App);
app.provide(ROOM, room);
app.mount(root);
document.body.dataset["ready"] = "true";

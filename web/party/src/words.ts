/** What the app says, and in which language. */
import { langOf, translator, type Dictionary, type Lang, type PartyKey, type Translate, type Vars } from "@heyi/core";
import { partyZh } from "@heyi/core/strings/party.zh.ts";
import { shallowRef } from "vue";
import { OfflineError } from "./api.ts";
import { NO_NOTE, type Note } from "./notes.ts";
import { canSpeak, readableText, stopSpeech, toggleSpeech } from "./speak.ts";

/** The English words; where they do not come it is the line's fault. */
const english = () => import("@heyi/core/strings/party.en.ts").catch(() => { throw new OfflineError(); });

const NOTE_MS = 8_000;

export class Words {
  readonly lang = shallowRef<Lang>("zh-CN");
  readonly said = shallowRef({ text: "", turn: 0 });
  /** A short answer to the last tap, shown for a few seconds. */
  readonly note = shallowRef<Note>(NO_NOTE);
  /** Whether the phone's own voice reads now. */
  readonly reading = shallowRef(false);
  readonly #words = shallowRef<Translate<PartyKey>>(translator(partyZh));

  readonly t: Translate<PartyKey> = (key: PartyKey, vars?: Vars) => this.#words.value(key, vars);

  /** Looks up words that a late part brings. It cannot itself: `translator` lies with the link page, whose style is no file. */
  of<K extends string>(zh: Dictionary<K>, en: Dictionary<K>): Translate<K> {
    return translator(this.lang.value === "en" ? en : zh);
  }

  async speak(tag: string): Promise<void> {
    const lang = langOf(tag);
    const words = lang === "en" ? (await english()).partyEn : partyZh;
    this.#words.value = translator(words);
    this.lang.value = lang;
    document.documentElement.lang = lang;
  }

  /** Says it to a screen reader and shows it for a few seconds. */
  tell(key: PartyKey, vars?: Vars, tone: Note["tone"] = "good"): void {
    this.note.value = { text: this.t(key, vars), until: Date.now() + NOTE_MS, tone };
    this.say(key, vars);
  }

  get canRead(): boolean {
    return canSpeak();
  }

  /** Reads what is marked in `part` aloud, or stops reading. */
  read(part: ParentNode): void {
    toggleSpeech(readableText(part), this.lang.value, (now) => { this.reading.value = now; });
  }

  stopReading(): void {
    stopSpeech();
    this.reading.value = false;
  }

  /** Takes the note away early: what it says is no longer so. */
  hush(): void {
    this.note.value = NO_NOTE;
  }

  say(key: PartyKey, vars?: Vars): void {
    this.said.value = { text: this.t(key, vars), turn: this.said.value.turn + 1 };
  }

  /** Takes the note away once it has stood long enough; `now` in ms of the phone's clock. */
  fade(now: number): void {
    if (this.note.value.text !== "" && this.note.value.until < now) this.note.value = NO_NOTE;
  }
}

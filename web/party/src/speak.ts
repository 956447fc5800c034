/** Reads the marked parts of the page aloud with the phone's own voice. */

/** Text of everything marked with `data-read`, in page order; parts inside a marked part are not repeated. */
export function readableText(root: ParentNode): string {
  const marked = [...root.querySelectorAll<HTMLElement>("[data-read]")];
  const outer = marked.filter((each) => !each.parentElement?.closest("[data-read]"));
  return outer.map((each) => each.innerText).join("\n").trim();
}

export function canSpeak(): boolean {
  return "speechSynthesis" in window;
}

/** Starts reading, or stops if it is reading. `told` hears whether it is reading now. */
export function toggleSpeech(text: string, lang: string, told: (reading: boolean) => void): void {
  if (!canSpeak()) return;
  const voice = window.speechSynthesis;
  if (voice.speaking) {
    voice.cancel();
    told(false);
    return;
  }
  const words = new SpeechSynthesisUtterance(text);
  words.lang = lang;
  words.rate = 0.9;
  words.addEventListener("end", () => told(false));
  words.addEventListener("error", () => told(false));
  voice.speak(words);
  told(true);
}

export function stopSpeech(): void {
  if (canSpeak()) window.speechSynthesis.cancel();
}

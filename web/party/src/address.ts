/** Puts the personal link into the clipboard, to be opened in another browser. */
export async function copyAddress(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    // Engines inside other apps often lack the clipboard interface; the old way still works there.
    const field = document.createElement("input");
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

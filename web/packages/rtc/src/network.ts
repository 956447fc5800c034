/** Tells when the phone has come onto another network: back online, or from Wi-Fi to mobile and the other way round. */

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Returns how to stop watching. Estimates of speed change all the time and are no sign of another network. */
export function watchNetwork(changed: () => void): () => void {
  const connection = (navigator as Navigator & { connection?: NetworkInformation }).connection;
  let type = connection?.type;
  const retyped = (): void => {
    const now = connection?.type;
    const other = now !== undefined && now !== type && now !== "none";
    type = now;
    if (other) changed();
  };
  window.addEventListener("online", changed);
  connection?.addEventListener("change", retyped);
  return () => {
    window.removeEventListener("online", changed);
    connection?.removeEventListener("change", retyped);
  };
}

// SM3 (GB/T 32905), which browsers have not: it stands beside SHA-256 in what is signed and in what is sealed.
type Bytes = Uint8Array<ArrayBuffer>;

const BLOCK = 64; // bytes
const ROUNDS = 64;
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const turned = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
const spread = (word: number): number => word ^ turned(word, 15) ^ turned(word, 23);

/** SM3 as 64 hexadecimal digits. */
export function sm3Hex(bytes: Bytes): string {
  const state = Int32Array.from(START);
  const whole = new DataView(padded(bytes).buffer);
  const words = new Int32Array(ROUNDS + 4);
  for (let at = 0; at < whole.byteLength; at += BLOCK) {
    expand(whole, at, words);
    compress(state, words);
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** A one bit, zeros, and the length in bits as the last eight bytes. */
function padded(bytes: Bytes): Bytes {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, (bytes.length << 3) >>> 0);
  return whole;
}

function expand(from: DataView, at: number, words: Int32Array): void {
  const w = (place: number): number => words[place] as number;
  for (let i = 0; i < 16; i++) words[i] = from.getInt32(at + 4 * i);
  for (let i = 16; i < ROUNDS + 4; i++) {
    words[i] = spread(w(i - 16) ^ w(i - 9) ^ turned(w(i - 3), 15)) ^ turned(w(i - 13), 7) ^ w(i - 6);
  }
}

// The eight words go round by name: no list is made a round, which costs ten times as much.
function compress(state: Int32Array, words: Int32Array): void {
  const at = (place: number): number => state[place] as number;
  let [a, b, c, d, e, f, g, h] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)];
  for (let i = 0; i < ROUNDS; i++) {
    const early = i < 16;
    const word = words[i] as number;
    const top = turned(a, 12);
    const one = turned((top + e + turned(early ? 0x79cc4519 : 0x7a879d8a, i % 32)) | 0, 7);
    const first = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const second = early ? e ^ f ^ g : (e & f) | (~e & g);
    const next = (first + d + (one ^ top) + (word ^ (words[i + 4] as number))) | 0;
    const mixed = (second + h + one + word) | 0;
    d = c;
    c = turned(b, 9);
    b = a;
    a = next;
    h = g;
    g = turned(f, 19);
    f = e;
    e = mixed ^ turned(mixed, 9) ^ turned(mixed, 17);
  }
  state.set([at(0) ^ a, at(1) ^ b, at(2) ^ c, at(3) ^ d, at(4) ^ e, at(5) ^ f, at(6) ^ g, at(7) ^ h]);
}

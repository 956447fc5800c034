/** What comes only when it is wanted, in one piece: pieces that share the room's code would each cut it in two. */
export { default as Download } from "./parts/Download.vue";
export { default as OwnConsents } from "./parts/OwnConsents.vue";
export { default as Receipt } from "./screens/Receipt.vue";
export { default as Sign } from "./screens/Sign.vue";

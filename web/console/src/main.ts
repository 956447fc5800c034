import { createApp, h } from "vue";
import "@heyi/ui/tokens.css";
import "@heyi/ui/base.css";

createApp({ render: () => h("main") }).mount("#console");

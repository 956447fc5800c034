import { createApp } from "vue";
import "@heyi/ui/tokens.css";
import "@heyi/ui/base.css";
import "./css/parts.css";
import "./css/cards.css";
import "./css/lists.css";
import "./css/forms.css";
import "./css/today.css";
import "./css/records.css";
import "./css/agreement.css";
import "./css/desk.css";
import "./css/pages.css";
import "./css/setup.css";
import "./css/room.css";
import "./css/talk.css";
import App from "./App.vue";
import { lang, setLang } from "./i18n.ts";
import { makeRouter } from "./router.ts";
import { installHooks } from "./session.ts";

const router = makeRouter();
setLang(lang.value);
installHooks(() => {
  void router.push({ name: "signIn", query: { next: router.currentRoute.value.fullPath } });
});
createApp(App).use(router).mount("#console");

/** Development only, never built: every screen driven by typed sample view-models. ?at=/cases/c1&as=mediator&lang=en */
import { createApp } from "vue";
import { createMemoryHistory } from "vue-router";
import "@heyi/ui/tokens.css";
import "@heyi/ui/base.css";
import "../src/css/parts.css";
import "../src/css/pages.css";
import "../src/css/room.css";
import App from "../src/App.vue";
import { useTransport } from "../src/api/client.ts";
import { lang, setLang } from "../src/i18n.ts";
import { makeRouter } from "../src/router.ts";
import { installHooks } from "../src/session.ts";
import { lineFactory } from "../src/room/factory.ts";
import { sceneLine } from "./scenes.ts";
import { sampleTransport } from "./transport.ts";

const query = new URLSearchParams(location.search);
useTransport(sampleTransport(query.get("as") ?? "mediator"));
lineFactory.open = sceneLine(query.get("scene") ?? "joint");
setLang(lang.value);
const history = createMemoryHistory();
history.replace(query.get("at") ?? "/");
const router = makeRouter(history);
installHooks(() => void router.push("/sign-in"));
createApp(App).use(router).mount("#console");

/** Every page of the console, each in its own chunk; who is not signed in goes to the sign-in page first. */
import { ref } from "vue";
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw, type Router, type RouterHistory } from "vue-router";
import { has, loadLists, whoAmI } from "./session.ts";

export const ROUTES: RouteRecordRaw[] = [
  { path: "/sign-in", name: "signIn", component: () => import("./pages/SignIn.vue"), meta: { open: true, bare: true } },
  { path: "/setup/:token", name: "setup", component: () => import("./admin/Setup.vue"), meta: { open: true, bare: true }, props: true },
  { path: "/password", name: "password", component: () => import("./pages/Password.vue"), meta: { bare: true } },
  { path: "/", name: "today", component: () => import("./pages/Today.vue") },
  { path: "/cases", name: "cases", component: () => import("./cases/Cases.vue") },
  { path: "/cases/new", name: "register", component: () => import("./cases/Register.vue") },
  { path: "/cases/:caseId", name: "case", component: () => import("./cases/Case.vue"), props: true },
  { path: "/cases/:caseId/change", name: "change", component: () => import("./cases/Register.vue"), props: true },
  { path: "/cases/:caseId/agreement", name: "agreement", component: () => import("./agreement/AgreementPage.vue"), props: true },
  { path: "/cases/:caseId/room/:sessionId", name: "room", component: () => import("./room/Room.vue"), props: true, meta: { bare: true } },
  { path: "/seal", name: "seal", component: () => import("./agreement/SealList.vue") },
  { path: "/records", name: "records", component: () => import("./records/Records.vue") },
  { path: "/records/:recordId", name: "record", component: () => import("./records/Record.vue"), props: true },
  { path: "/keeping", name: "keeping", component: () => import("./records/Keeping.vue") },
  { path: "/logs", name: "logs", component: () => import("./log/Logs.vue") },
  { path: "/logs/:caseId", name: "log", component: () => import("./log/CaseLog.vue"), props: true },
  { path: "/admin/:part?", name: "admin", component: () => import("./admin/Admin.vue"), props: true },
  { path: "/nowhere", name: "nowhere", component: () => import("./pages/Nowhere.vue") },
  { path: "/:rest(.*)*", name: "lost", component: () => import("./pages/Nowhere.vue") },
];

/** The page that could not be fetched, or for which nobody could be asked who is signed in; loading it anew is the way out. */
export const unfetched = ref<string | null>(null);

async function guard(to: RouteLocationNormalized): Promise<boolean | { name: string; query?: Record<string, string> }> {
  if (to.meta["open"] === true) return true;
  const who = await whoAmI();
  if (who === null) return { name: "signIn", query: { next: to.fullPath } };
  if (who.staff.must_change_password) return to.name === "password" ? true : { name: "password" };
  if (to.name === "today" && !has("mediator", "recorder", "head", "officer")) return { name: has("admin") ? "admin" : has("auditor") ? "logs" : "nowhere" };
  await loadLists();
  return true;
}

export function makeRouter(history: RouterHistory = createWebHistory("/console/")): Router {
  const router = createRouter({
    history,
    routes: ROUTES,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  });
  router.beforeEach(guard);
  router.afterEach((_to, _from, failure) => {
    if (failure === undefined) unfetched.value = null;
  });
  // Browsers may keep a failed module: only a fresh page asks for it again (whatwg/html#6768).
  router.onError((_error, to) => (unfetched.value = to.fullPath));
  return router;
}

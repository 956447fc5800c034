import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from "vue";

/**
 * Tells when the end of a page has been on the screen. Only a loaded picture can be seen: the end mark of an empty frame
 * means nothing. `view` holds the pages; each is followed by a mark with `data-end`. A page that did not come says so in
 * `failed`, and `again` fetches it once more, from the address with its next `turns`, which begin with `turn`.
 */
export function usePageEnds(view: Ref<HTMLElement | null>, seen: (page: number) => void, turn = 0) {
  const loaded = ref<readonly number[]>([]);
  const failed = ref<readonly number[]>([]);
  const later = ref<Readonly<Record<number, number>>>({});
  const turns = (page: number): number => turn + (later.value[page] ?? 0);
  let watcher: IntersectionObserver | null = null;

  function loadedPage(page: number): void {
    loaded.value = [...loaded.value, page];
    void nextTick(() => {
      const end = view.value?.querySelector(`[data-end="${page}"]`);
      if (end) watcher?.observe(end);
    });
  }
  function failedPage(page: number): void {
    if (!failed.value.includes(page)) failed.value = [...failed.value, page];
  }
  function again(page: number): void {
    later.value = { ...later.value, [page]: (later.value[page] ?? 0) + 1 };
    failed.value = failed.value.filter((each) => each !== page);
  }
  onMounted(() => {
    watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) seen(Number((entry.target as HTMLElement).dataset["end"]));
    });
  });
  onBeforeUnmount(() => watcher?.disconnect());
  return { loaded, loadedPage, failed, failedPage, again, turns };
}

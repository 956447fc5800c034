import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from "vue";

/**
 * Tells when the end of a page has been on the screen. Only a loaded picture can be seen: the end mark of an empty frame
 * means nothing. `view` holds the pages; each is followed by a mark with `data-end`.
 */
export function usePageEnds(view: Ref<HTMLElement | null>, seen: (page: number) => void) {
  const loaded = ref<readonly number[]>([]);
  let watcher: IntersectionObserver | null = null;

  function loadedPage(page: number): void {
    loaded.value = [...loaded.value, page];
    void nextTick(() => {
      const end = view.value?.querySelector(`[data-end="${page}"]`);
      if (end) watcher?.observe(end);
    });
  }
  onMounted(() => {
    watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) seen(Number((entry.target as HTMLElement).dataset["end"]));
    });
  });
  onBeforeUnmount(() => watcher?.disconnect());
  return { loaded, loadedPage };
}

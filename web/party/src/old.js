/*
 * Speaks where the link page's own script cannot: engines that do not know modules or their words run only this. It is
 * ES5 and no build step changes it. The other script marks the document with `data-ready` once it runs.
 */
(function () {
  var SETTLED_MS = 2000;
  var lost = false;

  function all(what, change) {
    var found = document.querySelectorAll(what);
    for (var at = 0; at < found.length; at += 1) change(found[at]);
  }
  function hide(what) {
    all(what, function (one) { one.setAttribute("hidden", ""); });
  }
  function copy(button) {
    var field = document.createElement("input");
    field.value = location.href;
    document.body.appendChild(field);
    field.select();
    document.execCommand("copy");
    document.body.removeChild(field);
    button.textContent = button.getAttribute("data-copied");
  }
  function act(button) {
    if (lost) button.textContent = button.getAttribute("data-again");
    button.addEventListener("click", function () {
      if (lost) location.reload();
      else copy(button);
    });
  }
  function show(card) {
    var words = lost ? "lost" : "old";
    card.querySelector("h2").textContent = card.getAttribute("data-" + words);
    card.querySelector("p").textContent = card.getAttribute("data-" + words + "-how");
    act(card.querySelector("button"));
    card.removeAttribute("hidden");
    hide("[data-part='digits']");
  }
  function tell() {
    if (document.documentElement.getAttribute("data-ready") !== null) return;
    hide("[data-tool='read'],[data-tool='size']");
    all("[data-part='obstacle']", show);
  }

  /* A script that did not come is another matter than one that cannot be read. */
  document.addEventListener("error", function (event) {
    if (event.target && event.target.tagName === "SCRIPT") lost = true;
  }, true);
  /* Only after everything has come, or failed: a slow line is no old browser. */
  window.addEventListener("load", function () { setTimeout(tell, SETTLED_MS); });
})();

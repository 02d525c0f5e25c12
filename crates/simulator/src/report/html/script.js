// The page works without this; it only saves clicks.
"use strict";
(() => {
  const follow = () => {
    const step = location.hash && document.getElementById(location.hash.slice(1));
    for (const link of document.querySelectorAll("a.step[aria-current]")) {
      link.removeAttribute("aria-current");
    }
    if (!step || step.tagName !== "DETAILS") return;
    step.open = true;
    for (const link of document.querySelectorAll("a.step")) {
      if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "true");
    }
  };
  addEventListener("hashchange", follow);
  follow();

  // Leaving a step keeps the page where it is.
  const close = () => {
    const { scrollX, scrollY } = window;
    location.hash = "";
    scrollTo(scrollX, scrollY);
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("a.close")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const panel = document.querySelector("details.step:target");
    if (!panel) return;
    const ways = panel.querySelectorAll("nav.ways > *");
    if (event.key === "Escape") close();
    else if (event.key === "ArrowLeft") ways[0].click();
    else if (event.key === "ArrowRight") ways[1].click();
    else return;
    event.preventDefault();
  });
})();

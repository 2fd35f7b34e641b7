// The style of a component: sent once a page, with the JavaScript, and shared by all places that wear it. Sent by
// Streamlit with each component it would come again with all new data, for each panel of a page.

/** @type {(show: (told: any) => unknown, css: string) => (told: any) => unknown} */
export function dressed(show, css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  // A place may be off the page when its turn comes, as while the theme changes: it is dressed once it is on it.
  const wear = (place, tries = 60) => {
    const worn = place.getRootNode().adoptedStyleSheets;
    if (!worn) { if (tries) requestAnimationFrame(() => wear(place, tries - 1)); return; }
    if (!worn.includes(sheet)) worn.push(sheet);
  };
  return (told) => {
    wear(told.parentElement);
    return show(told);
  };
}

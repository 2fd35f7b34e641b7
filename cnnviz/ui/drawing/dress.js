// The style of a component: sent once a page, with the JavaScript, and shared by all places that wear it. Sent by
// Streamlit with each component it would come again with all new data, for each dial of a page.

/** @type {(show: (told: any) => unknown, css: string) => (told: any) => unknown} */
export function dressed(show, css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return (told) => {
    const { adoptedStyleSheets: worn } = told.parentElement.getRootNode();
    if (!worn.includes(sheet)) worn.push(sheet);
    return show(told);
  };
}

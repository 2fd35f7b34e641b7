"""A seeded random walk over the app in a real browser: whatever is done, link, controls and numbers say the same.

    walk = Walk(door, seed=3, page="convolution")
    walk.act()                  one act of the visitor, any that the page offers
    walk.disagreements()        controls that say something else than the link
    walk.elsewhere()            what a fresh browser shows otherwise, by the link alone
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Locator, Page

from cnnviz.ui.course import COURSE, HOME, Lesson
from cnnviz.ui.state import DECLARED
from door import Door, settle

KERNELS = (
    "1 0 -1; 2 0 -2; 1 0 -1", "1 2 3 4 5; 1 2 3 4 5", "1/9 1/9; 1/9 1/9", "0 1 0; 1 -4 1; 0 1 0", "1; 2; 3", "x 1",
)  # fmt: skip
STACKS = (
    "conv 4 3x3; relu; fc 5", "conv 6 5x5 s2; max 2x2; conv 8 3x3; global avg", "max 3x3; conv 3 1x1; batch norm",
    "conv 4 3x3; dropout 0.5; fc 3", "conv 5 9x9; conv",
)  # fmt: skip
SIDES = ("1, 2, 3, 0", "", "2 2 2 2", "1, 2")
# What starts something long, leaves the app, or brings what no link can say: a measurement, a run of training, a draw.
LEFT_OUT = re.compile(
    r"measure|learn|reset|step a batch|download|take|use-own|ask$|stop|clear|draw-for-me|upload|camera|any-test-digit|"
    r"lesson|wrong-test-digit|move-|measure-"
)

# The main view of any page, or why there is none.
VIEW = (
    "[data-testid=stMain] [data-ready]:not(.controls), .st-key-problem, .st-key-problem-A, .st-key-problem-B, "
    ".st-key-stuck-box, .st-key-not-run, .st-key-not-trained-box"
)
# Every keyed widget that can be seen: its key, its kind, what it shows.
CONTROLS = """() => {
  const kinds = ["NumberInput", "Selectbox", "ButtonGroup", "Checkbox", "TextArea", "TextInput"];
  const found = [];
  const keyOf = (element) => {
    const holder = element.closest("[class*='st-key-']");
    const name = [...(holder?.classList ?? [])].find((one) => one.startsWith("st-key-"));
    return name?.slice(7);
  };
  const SLIDER = ", [data-testid=stSlider]";
  const texts = (element, selector) =>
    [...element.querySelectorAll(selector)].map((one) => one.innerText.trim()).join("|");
  for (const element of document.querySelectorAll(kinds.map((kind) => `[data-testid=st${kind}]`).join(",") + SLIDER)) {
    if (!element.checkVisibility() || element.closest("[data-stale=true]")) continue;
    const kind = element.dataset.testid, input = element.querySelector("input, textarea");
    const shown = {
      stNumberInput: () => input.value, stSlider: () => element.querySelector("input").value,
      stSelectbox: () => input?.value || element.textContent,
      stButtonGroup: () => texts(element, "[aria-checked=true]"),
      stCheckbox: () => String(input.checked), stTextArea: () => input.value, stTextInput: () => input.value,
    }[kind]();
    found.push([keyOf(element), kind, shown]);
  }
  for (const element of document.querySelectorAll("[class*='st-key-']")) {
    if (!element.checkVisibility() || element.closest("[data-stale=true]")) continue;
    const within = [...element.querySelectorAll("*")].find((one) => one.shadowRoot)?.shadowRoot;
    for (const input of within?.querySelectorAll(".controls[data-ready] :is(input, select)") ?? []) {
      const name = [...input.closest("[class*='dial-']").classList].find((one) => one.startsWith("dial-")).slice(5);
      const kind = { "select-one": "choice", checkbox: "stCheckbox", range: "dial" }[input.type];
      const shown = kind === "stCheckbox" ? String(input.checked) : input.value;
      found.push([name, kind ?? (input.matches(".typed") ? "line" : "dial"), shown]);
    }
  }
  return found;
}"""
# The numbers that the page shows: the live lines, the formula, the answers.
SHOWN = """() => {
  const found = {};
  let count = 0;
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const says = ".compare .tile b, .stage .line, .volumes .line, .formula, .answers, .total, .verdict, .digit-named";
      if (!element.matches(says) || !element.checkVisibility()) continue;
      found[`${element.className} ${count++}`] = element.innerText.replace(/\\s+/g, " ").trim();
    }
  };
  look(document.querySelector("[data-testid=stMain]"));
  return found;
}"""


def on(selector: str) -> Callable[[Callable[[Walk, Locator], str | None]], Callable[[Walk], str | None]]:
    """An act on any element that the selector finds and that can be seen and used; None where there is none."""

    def made(act: Callable[[Walk, Locator], str | None]) -> Callable[[Walk], str | None]:
        @wraps(act)
        def on_any(walk: Walk) -> str | None:
            found = walk.any_of(selector)
            return act(walk, found) if found else None

        return on_any

    return made


@dataclass
class Walk:
    """A visitor who does anything.

    log   what was done, in words, for whoever has to do it again
    """

    door: Door
    page: Page
    seed: int
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.steady()

    @property
    def lesson(self) -> Lesson:
        """The lesson that is open."""
        slug = urlsplit(self.page.url).path.strip("/")
        return next((lesson for lesson in COURSE if lesson.slug == slug), HOME)

    def link(self) -> dict[str, str]:
        """What the page's address says."""
        asked = parse_qs(urlsplit(self.page.url).query, keep_blank_values=True)
        return {key: "|".join(values) for key, values in asked.items()}

    # --- waiting ---

    def steady(self, page: Page | None = None) -> None:
        """Wait until the script has run and nothing changes any more: address, controls and numbers."""
        page = page or self.page
        page.mouse.move(2, 2)  # nothing is pointed at: what a stage says is where it stands
        page.locator(VIEW).first.wait_for(timeout=30_000)
        before, still = None, 0
        for _ in range(120):
            settle(page)
            now = page.url, page.evaluate(CONTROLS), page.evaluate(SHOWN)
            still = still + 1 if now == before else 0
            if still == 2:
                return
            before = now
            page.wait_for_timeout(300)  # more than a stage takes to say in the link where it stands
        raise AssertionError(f"the page does not come to rest after {self.log}")

    # --- acts ---

    def act(self) -> None:
        """One act."""
        acts: list[tuple[float, Callable[[], str | None]]] = [
            (6, self._slider), (4, self._number), (4, self._select), (2, self._choice), (3, self._segment),
            (2, self._toggle), (2, self._text), (5, self._button), (2, self._popover), (3, self._stage),
            (3, self._volumes), (2, self._cell), (2, self._row), (1.5, self._lesson), (2, self._back),
            (1, self._forward),
        ]  # fmt: skip
        while acts:
            which = self.random.choices(range(len(acts)), [weight for weight, _ in acts])[0]
            _, act = acts.pop(which)
            try:
                done = act()
            except Error as problem:  # what was to be acted on has gone meanwhile
                self.log.append(f"({act.__name__[1:]} could not: {str(problem).splitlines()[0][:80]})")
                done = None
            if done:
                self.log.append(done)
                self.steady()
                return
        raise AssertionError(f"nothing can be done here: {self.page.url}")

    def any_of(self, selector: str) -> Locator | None:
        """Any that can be seen and used."""
        found = [one for one in self.page.locator(selector).all() if one.is_visible() and one.is_enabled()]
        found = [one for one in found if not LEFT_OUT.search(self._key(one))]
        return self.random.choice(found) if found else None

    def _key(self, locator: Locator) -> str:
        return locator.evaluate(
            """element => {
              const named = (one, start) =>
                [...(one?.closest(`[class*='${start}']`)?.classList ?? [])].find((name) => name.startsWith(start));
              const dial = named(element, "dial-");
              return dial?.slice(5) ?? named(element.getRootNode().host ?? element, "st-key-")?.slice(7) ?? "";
            }"""
        )

    @on("[data-testid=stSlider] input[type=range], .dial input[type=range]")
    def _slider(self, found: Locator) -> str | None:
        found.focus()
        key, times = self.random.choice(["ArrowRight", "ArrowLeft", "ArrowRight", "PageUp"]), self.random.randint(1, 3)
        for _ in range(times):
            self.page.keyboard.press(key)
        return f"{times} x {key} on the slider {self._key(found)}"

    @on("[data-testid=stNumberInput] input, .dial .box")
    def _number(self, found: Locator) -> str | None:
        value = str(self.random.choice([1, 2, 2.5, 3, 4, 5, 7, 16, 99, 200]))
        found.fill(value)
        found.press("Enter")
        return f"{value} typed into {self._key(found)}"

    @on("[data-testid=stSelectbox] input")
    def _select(self, found: Locator) -> str | None:
        key = self._key(found)
        found.click()
        self.page.locator("[role=option]").first.wait_for(timeout=20_000)
        options = [one for one in self.page.locator("[role=option]").all() if one.is_visible()]
        options = [one for one in options if not re.search("your own p|of yours", one.inner_text(), re.IGNORECASE)]
        chosen = self.random.choice(options[:12])
        text = chosen.inner_text().strip()
        chosen.click()
        return f"“{text}” chosen in {key}"

    @on(".choice select")
    def _choice(self, found: Locator) -> str | None:
        text = self.random.choice([option.inner_text() for option in found.locator("option").all()])
        found.select_option(text)
        return f"“{text}” chosen in {self._key(found)}"

    @on("[data-testid=stButtonGroup] button")
    def _segment(self, found: Locator) -> str | None:
        text, key = found.inner_text().strip(), self._key(found)
        if text in ("Photo", "Yours"):
            return None
        found.click()
        return f"“{text}” pressed in {key}"

    @on("[data-testid=stCheckbox] label, .switch")
    def _toggle(self, found: Locator) -> str | None:
        key = self._key(found)
        found.click(position={"x": 12, "y": 8})
        return f"{key} switched"

    @on("[data-testid=stTextArea] textarea, [data-testid=stTextInput] input, input.typed")
    def _text(self, found: Locator) -> str | None:
        key = self._key(found)
        text = self.random.choice({"stack": STACKS, "sides": SIDES}.get(re.sub(r"-\d+$", "", key), KERNELS))
        found.fill(text)
        found.press("Control+Enter" if found.evaluate("element => element.tagName") == "TEXTAREA" else "Enter")
        return f"“{text}” typed into {key}"

    @on("[data-testid=stButton] button")
    def _button(self, found: Locator) -> str | None:
        text, key = found.inner_text().strip(), self._key(found)
        found.click(timeout=20_000)
        return f"“{text}” ({key}) pressed"

    @on(
        ".opens, .st-key-layer-settings [data-testid=stPopover] button, "
        "[data-testid=stExpander] summary"
    )
    def _popover(self, found: Locator) -> str | None:
        text = found.inner_text().strip().splitlines()[0]
        found.click(timeout=20_000)
        return f"“{text}” opened or closed"

    def _canvas(self, selector: str, name: str) -> str | None:
        found = [one for one in self.page.locator(selector).all() if one.is_visible()]
        box = found and self.random.choice(found)
        if not box:
            return None
        box.scroll_into_view_if_needed(timeout=20_000)
        size = box.bounding_box()
        if not size:
            return None
        x, y = (self.random.uniform(0.1, 0.9) * size[side] for side in ("width", "height"))
        box.click(position={"x": x, "y": y}, timeout=20_000)
        return f"click on {name} at {x:.0f}, {y:.0f}"

    def _stage(self) -> str | None:
        panels = (f".st-key-{room} .panel.output canvas" for room in ("stage", "deep-stage"))
        return self._canvas(", ".join(panels), "a stage's output")

    def _volumes(self) -> str | None:
        return self._canvas(".st-key-stage .volumes canvas", "the volumes")

    def _cell(self) -> str | None:
        found = [one for one in self.page.locator(".st-key-kernel-grid input").all() if one.is_visible()]
        if not found:
            return None
        at = self.random.randrange(len(found))
        found[at].fill(str(self.random.choice([-3, 0, 2, "1/2", 0.25])))
        found[at].press("Enter")
        return f"cell {at + 1} of the kernel edited"

    @on(".compare :is(.remove, .to-stage, .scales button)")
    def _row(self, found: Locator) -> str | None:
        found.click(timeout=20_000)
        return f"“{found.get_attribute('aria-label') or found.inner_text()}” pressed in the row of filters"

    def _lesson(self) -> str | None:
        links = [one for one in self.page.locator(".st-key-lessons a").all() if one.is_visible()]
        found = self.random.choice(links)
        name = found.inner_text().strip()
        found.click()
        slug = {lesson.name: lesson.slug for lesson in COURSE}.get(name, "")
        self.page.wait_for_url(re.compile(rf"/{slug}(\?|$)"), timeout=15_000)
        self._arrived()
        return f"on to {name}"

    def _arrived(self) -> None:
        self.page.get_by_test_id("stMain").locator(".notice, .stPageLink").first.wait_for(timeout=30_000)

    def _back(self) -> str | None:
        if len(self.log) < 2:
            return None
        self.page.go_back(wait_until="commit")
        if "about:blank" in self.page.url:
            self.page.go_forward(wait_until="commit")
        return "Back"

    def _forward(self) -> str | None:
        if "Back" not in self.log[-2:]:
            return None
        self.page.go_forward(wait_until="commit")
        return "Forward"

    # --- what has to hold ---

    def disagreements(self) -> list[str]:
        """Controls that show something else than the link says; a setting of the link that is none of the page's."""
        link, wrong = self.link(), []
        own = {setting.key for setting in self.lesson.settings}
        wrong += [f"{key}={value} in the link of {self.lesson.name}" for key, value in link.items() if key not in own]
        for key, kind, shown in self.page.evaluate(CONTROLS):
            name = re.sub(r"(-\d+)?$", "", key or "")
            if name not in own:
                continue
            setting = DECLARED[name]
            value = setting.of(link.get(name))
            if kind in ("stSlider", "stNumberInput", "dial"):
                same = bool(shown) and float(shown) == float(value)
            elif kind == "stCheckbox":
                same = shown == str(value).lower()
            else:
                is_choice = kind in ("stSelectbox", "stButtonGroup")
                same = re.fullmatch(f"{re.escape(str(value))}(: .*)?", str(shown)) is not None  # what it is, behind it
                same |= is_choice and value not in self._offered(key, kind)
            if not same:
                wrong.append(f"{key} shows {shown!r}, the link means {value!r}")
        return wrong

    def _offered(self, key: str, kind: str) -> list[str]:
        """Of a group of buttons what can be pressed; a value that is not among them is another picture's."""
        if kind == "stSelectbox":
            return [str(DECLARED[re.sub(r"-\d+$", "", key)].start)]
        return [one.inner_text().strip() for one in self.page.locator(f".st-key-{key} button").all()]

    def elsewhere(self) -> list[str]:
        """What a fresh browser shows otherwise by the same link: settings, live lines, formulas, answers."""
        address = self.page.url.split("/", 3)[3]
        other = self.door(address)
        try:
            self.steady(other)
            here, there = self.page.evaluate(SHOWN), other.evaluate(SHOWN)
            wrong = [
                f"{name}: {here.get(name)!r} here, {there.get(name)!r} elsewhere"
                for name in {**here, **there} if here.get(name) != there.get(name)
            ]  # fmt: skip
            if (moved := other.url.split("/", 3)[3]) != address:
                wrong.append(f"the link becomes {moved}")
            mine, theirs = (
                {re.sub(r"-\d+$", "", key or ""): shown for key, _, shown in page.evaluate(CONTROLS)}
                for page in (self.page, other)
            )
            for name in mine.keys() & theirs.keys() & {*DECLARED}:
                if mine[name] != theirs[name]:
                    wrong.append(f"{name} shows {mine[name]!r} here, {theirs[name]!r} elsewhere")
            return wrong
        finally:
            self.door.shut(other)


def walk(door: Door, page: str, seed: int, acts: int) -> list[str]:
    """Walk `acts` acts from a page on; what did not hold, each with the acts that led there."""
    opened = door(page)
    walker, wrong = Walk(door, opened, seed), []
    for number in range(1, acts + 1):
        walker.act()
        found = walker.disagreements()
        if number % 5 == 0 or number == acts:
            found += walker.elsewhere()
        if found:
            done = "; ".join(walker.log)
            wrong.append("\n  ".join((f"{page}, seed {seed}: {done}", f"at {opened.url}", *found)))
            break
    door.shut(opened)
    return wrong

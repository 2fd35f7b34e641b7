"""A chart comes once it is nearly in sight, and from then on at once."""

from playwright.sync_api import expect

from door import settle
from visitor import Visitor


def test_no_chart_is_brought_before_somebody_is_about_to_look(open_page):
    page = open_page("pooling")
    page.locator(".stage[data-ready]").first.wait_for()
    charts, room = page.locator(".js-plotly-plot"), page.locator("[class*=st-key-later-]")
    expect(room).to_have_count(1)
    expect(charts).to_have_count(0)
    height = room.bounding_box()["height"]
    room.scroll_into_view_if_needed()
    expect(charts).to_be_visible()
    settle(page)
    expect(room).to_have_count(0)
    assert charts.bounding_box()["height"] == height, "what stands below the chart has moved"
    page.locator(".st-key-lessons").get_by_role("link", name="Activations").click()
    page.locator(".stage[data-ready]").first.wait_for()
    expect(charts.first).to_be_attached()
    expect(room).to_have_count(0)


def test_until_then_its_place_is_kept():
    at = Visitor("pooling", {"charts-seen": False})
    assert at.shows("later") and not at.charts()
    assert Visitor("pooling").charts()

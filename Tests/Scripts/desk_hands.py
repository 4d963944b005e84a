# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors
"""Two ways through the pages of the desk, for walks that are walked in both: with the mouse, and with keys alone."""

from desk import Keys, same


class Mouse:
    """Goes through pages by clicking."""

    name = "mouse"

    def __init__(self, browser):
        self.browser = browser

    def use(self, selector):
        """Uses a link or a button that leads to another page."""
        self.browser.click(selector)

    def unfold(self, selector):
        self.browser.there(selector).click()

    def tick(self, selector):
        self.browser.there(selector).click()

    def fill(self, selector, text):
        """Writes into one field instead of what stands there."""
        self.browser.field(selector, text)

    def day(self, selector, day):
        self.browser.there(selector).click()
        self.browser.day(selector, day)

    def choose(self, selector, label):
        self.browser.choose(selector, label)

    def write(self, values):
        """Fills in fields of a form."""
        for name, value in values.items():
            control = f"#f-{name}"
            if isinstance(value, list):
                for choice in value:
                    self.browser.one(f"{control} input[value='{choice}']").click()
            elif value is True:
                self.browser.one(f"{control}-yes").click()
            elif self.browser.one(control).tag_name == "select":
                self.browser.choose(control, value)
            else:
                self.browser.field(control, value)

    def acknowledge(self):
        self.browser.press_button("Prendre en charge")


class Keyboard:
    """Goes through pages by Tab, Enter, the space bar and letters; never touches a mouse."""

    name = "keys"

    def __init__(self, browser):
        self.browser = browser

    def use(self, selector):
        self.browser.there(selector)
        self.browser.tab_to(selector)
        self.browser.leaves(lambda: self.browser.type(Keys.ENTER))

    def unfold(self, selector):
        self.browser.there(selector)
        self.browser.tab_to(selector)
        self.browser.type(Keys.ENTER)

    def tick(self, selector):
        self.browser.tab_to(selector)
        self.browser.type(Keys.SPACE)

    def fill(self, selector, text):
        self.browser.tab_to(selector)
        self.browser.chord(Keys.CONTROL, "a")
        self.browser.type(text or Keys.BACKSPACE)

    def day(self, selector, day):
        self.browser.tab_to(selector)
        self.browser.day(selector, day)

    def choose(self, selector, label):
        self.browser.tab_to(selector)
        self.browser.type(label)
        chosen = self.browser.run("return document.querySelector(arguments[0]).selectedOptions[0].label", selector)
        same(chosen, label, f"what typing chose in {selector}")

    def write(self, values):
        order = {name: self.browser.run("""
            return [...document.querySelectorAll("[id^='f-']")].findIndex((each) => each.id === "f-" + arguments[0]);""", name)
            for name in values}
        for name in sorted(values, key=order.get):
            value, control = values[name], f"#f-{name}"
            if isinstance(value, list):
                place = {choice: self.browser.run("""
                    return [...document.querySelectorAll(arguments[0])].findIndex((each) => each.value === arguments[1]);""",
                    f"{control} input", choice) for choice in value}
                for choice in sorted(value, key=place.get):
                    self.browser.tab_to(f"{control} input[value='{choice}']")
                    self.browser.type(Keys.SPACE)
            elif value is True:
                self.browser.tab_to(f"{control}-yes")
                self.browser.type(Keys.SPACE)
            elif self.browser.one(control).tag_name == "select":
                self.choose(control, value)
            else:
                self.browser.tab_to(control)
                self.browser.type(value)

    def acknowledge(self):
        self.browser.leaves(lambda: self.browser.type("a"))

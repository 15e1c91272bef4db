"""A real Chromium, with or without Weir as its proxy, that keeps a picture of every step where WEIR_RECORDING names a directory."""
import os
import pathlib
import shutil

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

RECORDING = os.environ.get("WEIR_RECORDING")


class Browser:
    steps = 0

    def __init__(self, proxy=None, size=(1280, 900), dark=False, name="browser"):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--ignore-certificate-errors", "--lang=en-US",
                         "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync",
                         "--disable-features=OptimizationHints,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--hide-scrollbars", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(argument)
        if dark:
            options.add_argument("--blink-settings=preferredColorScheme=0")
        if proxy:
            options.add_argument(f"--proxy-server=http://127.0.0.1:{proxy}")
            options.add_argument("--proxy-bypass-list=<-loopback>")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.name = name
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_page_load_timeout(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, url, what=None):
        self.driver.get(url)
        if what:
            self.picture(what)
        return self

    def picture(self, what):
        if RECORDING:
            Browser.steps += 1
            path = pathlib.Path(RECORDING)
            path.mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(path / f"{Browser.steps:02d}-{self.name}-{what}.png"))

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def wait(self, condition, seconds=10):
        return WebDriverWait(self.driver, seconds, poll_frequency=0.1).until(lambda _: condition())

    def fill(self, css, text):
        field = self.find(css)
        field.clear()
        field.send_keys(text)

    def go(self, css):
        """Presses what leads to another page, and waits for that page."""
        page = self.find("html")
        self.find(css).click()
        self.wait(lambda: self.gone(page))

    @staticmethod
    def gone(element):
        try:
            element.is_enabled()
            return False
        except Exception:
            return True

    def errors(self):
        """What the page complained of: scripts and refused styles above all."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE" and "favicon" not in e["message"]]

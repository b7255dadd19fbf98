"""The README's picture: the overview of a running demo in both themes. `make screenshot` calls this.

Needs Chromium; CHROMIUM names it where it is not /usr/bin/chromium.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

HERE = Path(__file__).parent
SIZE = ViewportSize(width=1280, height=860)


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ("light", "dark"):
            context = browser.new_context(color_scheme=scheme, viewport=SIZE)
            page = context.new_page()
            page.goto(address, wait_until="load")
            page.screenshot(path=HERE / f"overview-{scheme}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")

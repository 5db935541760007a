#!/usr/bin/env python3
"""The pictures of the README: tools/report_screenshots.py REPORT.html DIR

Opens a report in Chromium and writes DIR/report-light.png (the top of the page) and DIR/report-dark.png (the layers, in
the dark scheme, with the pointer over a chart). Needs chromium, chromium-driver and python3-selenium.
"""
import base64
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'pages'))
from browser import browser, open_page, set_scheme  # noqa: E402


def shot(window, file):
    picture = window.execute_cdp_cmd('Page.captureScreenshot', {'format': 'png'})['data']
    with open(file, 'wb') as out:
        out.write(base64.b64decode(picture))


def main(report, folder):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    with browser(width=1240, height=1000) as window:
        set_scheme(window, 'light')
        open_page(window, report)
        shot(window, os.path.join(folder, 'report-light.png'))
        set_scheme(window, 'dark')
        open_page(window, report)
        window.execute_script("document.getElementById('layers').scrollIntoView()")
        plot = window.find_element(By.CSS_SELECTOR, '#layers .chart .plot')
        ActionChains(window).move_to_element(plot).perform()
        shot(window, os.path.join(folder, 'report-dark.png'))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

"""Chromium without a window, driven by Selenium; both from Debian."""
import contextlib
import os
import shutil
import sys

NO_BROWSER = 77  # exit status with which ctest reports a test as skipped


def find_tools():
    """Chromium and its driver, or ends the program with one sentence and status 77."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        skip('python3-selenium is not installed')
    tools = shutil.which('chromium'), shutil.which('chromedriver')
    if None in tools:
        skip('chromium or chromium-driver is not installed')
    return tools


def skip(reason):
    print(f'SKIPPED: {reason}; pages were not opened in a browser')
    sys.exit(NO_BROWSER)


@contextlib.contextmanager
def browser(width=1280, height=900):
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    chromium, driver = find_tools()
    options = Options()
    options.binary_location = chromium
    arguments = ['--headless=new', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
                 '--force-color-profile=srgb', f'--window-size={width},{height}']
    if os.geteuid() == 0:
        arguments.append('--no-sandbox')  # Chromium refuses to run as root with it
    for argument in arguments:
        options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    window = webdriver.Chrome(service=Service(driver), options=options)
    try:
        yield window
    finally:
        window.quit()


def set_scheme(window, scheme):
    """'light' or 'dark', as the reader's system would ask for it."""
    window.execute_cdp_cmd('Emulation.setEmulatedMedia',
                           {'features': [{'name': 'prefers-color-scheme', 'value': scheme}]})


def open_page(window, path):
    """Seconds until all of the page is drawn."""
    window.get('file://' + os.path.abspath(path))
    return window.execute_script('''
      const [entry] = performance.getEntriesByType('navigation');
      return (entry.loadEventEnd || performance.now()) / 1000;''')

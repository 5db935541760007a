"""Watches runs in Chromium while they are recorded: python3 serve_test.py PROGRAM FOLDER (PROGRAM is serve_runs)."""
import subprocess
import sys
import unittest
import urllib.parse

from browser import browser, find_tools

PROGRAM = FOLDER = ''


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = subprocess.Popen([PROGRAM, FOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.address = f'http://127.0.0.1:{int(cls.program.stdout.readline())}'
        cls.open_browser = browser()
        cls.window = cls.open_browser.__enter__()
        cls.window.set_script_timeout(250)

    @classmethod
    def tearDownClass(cls):
        cls.open_browser.__exit__(None, None, None)
        cls.program.stdin.close()
        cls.program.wait()

    def tell(self, command):
        self.program.stdin.write(command + '\n')
        self.program.stdin.flush()
        self.assertEqual(self.program.stdout.readline(), 'ok\n')

    def open(self, path):
        self.window.get(self.address + path)

    def wait_for(self, expression):
        """The value of a JavaScript expression once it is true."""
        return self.window.execute_async_script(f'''
          const done = arguments[arguments.length - 1];
          const look = () => {{
            let value;
            try {{ value = {expression}; }} catch (error) {{ value = null; }}
            if (value) done(value);
            else setTimeout(look, 50);
          }};
          look();''')

    def frame(self, expression):
        """The same in the report's page."""
        return self.wait_for(f"((document) => {expression})(document.querySelector('#report iframe:not(.coming)').contentDocument)")

    def errors(self):
        return [entry['message'] for entry in self.window.get_log('browser') if '503' not in entry['message']]

    def test_1_the_list_shows_all_runs_and_their_findings(self):
        self.open('/')
        titles = self.wait_for("document.querySelectorAll('#runs tr').length === 3 && "
                               "[...document.querySelectorAll('#runs a')].map((a) => a.textContent)")
        self.assertEqual(titles[0], 'growing')
        self.assertIn('a whole run', titles)
        self.assertTrue(self.wait_for("[...document.querySelectorAll('.findings')].every((cell) => cell.textContent !== '…')"))
        self.assertEqual(self.errors(), [])

    def test_2_the_page_grows_with_the_records_and_keeps_the_place(self):
        self.tell('grow')
        self.open('/run?id=growing')
        self.wait_for("document.querySelector('#runs').textContent.includes('10 batches')")
        self.assertTrue(self.frame("document.querySelectorAll('.chart').length > 0"))
        self.window.execute_script('''
          const page = document.querySelector('#report iframe').contentWindow;
          page.scrollTo(0, 200);
          const log = page.document.querySelector('#training .controls input[type=checkbox]');
          log.checked = true;
          log.dispatchEvent(new Event('change'));''')
        before = int(self.wait_for("document.querySelector('#report').dataset.report"))
        self.tell('grow')
        self.wait_for("document.querySelector('#runs').textContent.includes('20 batches')")
        self.wait_for(f"Number(document.querySelector('#report').dataset.report) > {before}")
        self.assertTrue(self.frame("document.querySelector('#records').textContent.includes('\"epochs\"')"))
        self.assertEqual(self.wait_for("document.querySelector('#report iframe').contentWindow.scrollY"), 200)
        self.assertTrue(self.frame("document.querySelector('#training .controls input[type=checkbox]').checked"))
        self.assertEqual(self.errors(), [])

    def test_3_a_finding_shows_when_it_appears(self):
        self.open('/run?id=growing')
        self.wait_for("document.querySelector('#runs').textContent.includes('running')")
        self.tell('fail')
        self.wait_for("document.querySelector('#runs').textContent.includes('diverged')")
        text = self.wait_for("document.querySelector('#findings details[data-kind=problem] summary')?.textContent")
        self.assertIn('problem', text)
        self.open('/')
        self.assertTrue(self.wait_for("document.querySelector('#runs .findings[data-kind=problem]')?.textContent"))

    def test_4_several_runs_are_compared_on_one_page(self):
        self.open('/')
        self.wait_for("document.querySelectorAll('#runs tr').length === 3")
        for box in self.window.find_elements('css selector', '#runs input')[::2]:
            box.click()
        self.window.find_element('id', 'compare').click()
        self.wait_for("document.querySelectorAll('#runs p').length === 2")
        self.assertTrue(self.frame("document.querySelector('#run-choice').hidden === false"))

    def test_5_hostile_names_are_text(self):
        self.open('/')
        self.wait_for("document.querySelectorAll('#runs tr').length === 3")
        link = self.wait_for("[...document.querySelectorAll('#runs a')].find((a) => a.textContent.includes('<img'))?.href")
        self.assertEqual(urllib.parse.urlsplit(link).path, '/run')
        self.window.get(link)
        self.wait_for("document.querySelector('#runs').textContent.includes('<img')")
        self.assertTrue(self.frame("document.body.textContent.includes('<img')"))
        for page in ('window', "document.querySelector('#report iframe').contentWindow"):
            self.assertEqual(self.window.execute_script(f'return typeof {page}.pwned'), 'undefined')
        self.assertEqual(self.window.execute_script("return document.querySelectorAll('img').length"), 0)
        self.assertEqual(self.errors(), [])

    def test_6_a_script_without_the_nonce_does_not_run(self):
        self.open('/run?id=whole')
        self.frame("document.querySelectorAll('.chart').length > 0")
        self.window.execute_script('''
          const page = document.querySelector('#report iframe').contentWindow;
          const script = page.document.createElement('script');
          script.textContent = 'window.pwned = 1';
          page.document.body.append(script);''')
        self.assertEqual(self.window.execute_script(
            "return typeof document.querySelector('#report iframe').contentWindow.pwned"), 'undefined')
        self.window.get_log('browser')  # the refusal is in it


if __name__ == '__main__':
    PROGRAM, FOLDER = sys.argv[1:3]
    find_tools()
    unittest.main(argv=sys.argv[:1])

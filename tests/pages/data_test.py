"""Opens the page of make_data_page in Chromium: python3 data_test.py FOLDER."""
import os
import sys
import unittest

from browser import browser, find_tools, open_page, set_scheme

FOLDER = '.'


class DataPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = browser()
        cls.window = cls.context.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def open(self, scheme='light'):
        set_scheme(self.window, scheme)
        open_page(self.window, os.path.join(FOLDER, 'data.html'))

    def value(self, script):
        return self.window.execute_script('return ' + script)

    def test_shows_all_pictures(self):
        self.open()
        self.assertGreater(self.value('document.images.length'), 1000)
        self.assertEqual(self.value('[...document.images].filter((image) => !image.naturalWidth).length'), 0)

    def test_escapes_hostile_names(self):
        self.open()
        self.assertEqual(self.window.get_log('browser'), [])
        self.assertEqual(self.window.title, 'folder:photos/<b>&\'" – lehr data')
        self.assertEqual(self.value('document.scripts.length'), 0)
        self.assertEqual(self.value("document.querySelectorAll('b b, h1 b, li b').length"), 0)
        self.assertEqual(self.value("document.querySelectorAll('.name').length"), 1000)

    def test_fits_screens_of_any_width(self):
        for width in (1600, 1000, 420):
            self.window.set_window_size(width, 900)
            self.open()
            overflow = self.value('document.documentElement.scrollWidth - window.innerWidth')
            self.assertLessEqual(overflow, 0, f'at {width} pixels')
            wide = self.value("""[...document.querySelectorAll('.card')].filter(
                (card) => card.scrollWidth > card.clientWidth + 1).length""")
            self.assertEqual(wide, 0, f'cards that do not fit at {width} pixels')
        self.window.set_window_size(1280, 900)

    def test_keeps_the_shape_of_pictures(self):
        self.open()
        shapes = self.value("""[...document.images].map((image) => {
            const frame = image.parentElement;
            return [image.naturalWidth / image.naturalHeight, image.clientWidth / image.clientHeight,
                    image.clientWidth <= frame.clientWidth && image.clientHeight <= frame.clientHeight,
                    image.classList.contains('small'), image.naturalWidth > 10];
        })""")
        for natural, shown, fits, small, usual in shapes:
            self.assertTrue(fits)
            if usual and not small:
                self.assertAlmostEqual(shown / natural, 1, delta=0.1)

    def test_follows_the_scheme(self):
        colours = []
        for scheme in ('light', 'dark'):
            self.open(scheme)
            colours.append(self.value('getComputedStyle(document.body).backgroundColor'))
        self.assertEqual(colours, ['rgb(251, 250, 248)', 'rgb(22, 22, 26)'])


if __name__ == '__main__':
    find_tools()
    FOLDER = sys.argv.pop(1)
    unittest.main()

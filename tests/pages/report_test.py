"""Opens the pages of make_pages in Chromium: python3 report_test.py FOLDER."""
import os
import sys
import unittest

from browser import browser, find_tools, open_page, set_scheme

FOLDER = '.'

# How many charts, pictures of layers and other canvases have something drawn on them.
DRAWN = '''
  const drawn = (canvas) => {
    if (!canvas.width || !canvas.height) return false;
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return pixels.some((pixel) => pixel !== pixels[0]);
  };
  const count = (selector) => [...document.querySelectorAll(selector)].filter(
      (element) => [...element.querySelectorAll('canvas')].some(drawn)).length;
  return [count('.chart'), count('.heat-map'), count('.confusion')];
'''
TITLES = "return [...document.querySelectorAll('.chart h3')].map((title) => title.textContent);"
READOUTS = "return [...document.querySelectorAll('.chart .when')].map((item) => item.textContent);"


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.context = browser()
        cls.window = cls.context.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.context.__exit__(None, None, None)

    def open(self, name, scheme='light'):
        set_scheme(self.window, scheme)
        seconds = open_page(self.window, os.path.join(FOLDER, name))
        self.assertEqual(self.run_script('return document.documentElement.dataset.ready'), 'yes', self.console())
        return seconds

    def run_script(self, script, *arguments):
        return self.window.execute_script(script, *arguments)

    def console(self):
        return [entry['message'] for entry in self.window.get_log('browser')]

    def find(self, selector):
        from selenium.webdriver.common.by import By
        return self.window.find_elements(By.CSS_SELECTOR, selector)

    def plot(self, number=0):
        plot = self.find('.chart .plot')[number]
        self.run_script("arguments[0].scrollIntoView({block: 'center'})", plot)
        return plot

    def actions(self):
        from selenium.webdriver import ActionChains
        return ActionChains(self.window, duration=20)

    def drag(self, element):
        """From a quarter before to a quarter behind the middle."""
        width = element.size['width']
        actions = self.actions().move_to_element_with_offset(element, -width // 8, 0).click_and_hold()
        actions.move_by_offset(width // 8, 0).move_by_offset(width // 8, 0).release().perform()

    def test_every_chart_is_drawn_without_a_word_on_the_console(self):
        for scheme in ('light', 'dark'):
            with self.subTest(scheme=scheme):
                self.open('one.html', scheme)
                self.assertEqual(self.run_script(TITLES), [
                    'Loss', 'Accuracy', 'Learning rate', 'Momentum', 'f1_macro', 'Spread of the activations',
                    'Mean of the activations', 'Share near zero', 'Gradients of the activations',
                    'Gradients of the weights', 'Update over weight', 'Norm of the weights'])
                self.assertEqual(self.run_script(DRAWN), [12, 4, 1])
                self.assertEqual(len(self.find('.drawing rect')), 4)
                self.assertEqual(len(self.find('.drawing path')), 5)  # one is a shortcut
                self.assertIn('977 KiB; measured: 1.05 MiB', self.find('.costs')[0].text)
                self.assertEqual(len(self.find('.gallery img')), 5)
                self.assertEqual(len(self.find('#mistakes .pair img')), 2)  # the picture, and where the network looked
                self.assertEqual(len(self.find('.classes tbody tr')), 10)
                self.assertTrue(all(self.run_script('return arguments[0].naturalWidth', image)
                                    for image in self.find('.gallery img')))
                self.assertEqual(self.console(), [])

    def test_of_a_thousand_classes_the_worst_are_shown(self):
        self.open('classes.html')
        self.assertEqual(self.run_script(DRAWN)[2], 0)
        rows = self.find('.classes tbody tr')
        self.assertEqual(len(rows), 20)
        self.assertIn('class 7', self.run_script('return arguments[0].querySelector("td").title', rows[0]))
        self.assertIn('0.0 %', rows[0].text)
        self.assertIn('The 20 of 1,000 classes', self.find('.classes .how')[0].text)
        self.assertEqual(self.console(), [])

    def test_each_chart_has_a_sentence_on_how_to_read_it(self):
        self.open('one.html')
        without = self.run_script('''
          return [...document.querySelectorAll('figure.chart, figure.confusion, .costs figure')]
              .filter((figure) => (figure.querySelector('.how')?.textContent ?? '').length < 20)
              .map((figure) => figure.textContent);''')
        self.assertEqual(without, [])

    def test_the_pointer_shows_one_batch_in_all_charts(self):
        self.open('one.html')
        self.assertEqual(set(self.run_script(READOUTS)),
                         {'at the end', 'median of the last fifth', 'median at high rates'})
        self.actions().move_to_element(self.plot(5)).perform()
        texts = set(self.run_script(READOUTS))
        self.assertEqual(len(texts), 1)
        self.assertRegex(texts.pop(), r'^batch \d+ in epoch 2$')
        self.assertEqual(len(self.find('.chart .hairline:not([hidden])')), 12)
        self.assertEqual(len(self.find('.heat-map .hairline:not([hidden])')), 4)

    def test_the_pointer_over_a_picture_shows_the_batch_and_the_bin(self):
        self.open('one.html')
        picture = self.find('.heat-map .plot')[1]
        self.run_script("arguments[0].scrollIntoView({block: 'center'})", picture)
        self.actions().move_to_element(picture).perform()
        self.assertRegex(self.find('.heat-map .readout')[1].text,
                         r'^batch \d+ in epoch 2: (about [\d.]+ %|almost none) of size [\d.]+ to [\d.]+$')
        self.assertRegex(self.run_script(READOUTS)[0], r'^batch \d+ in epoch 2$')

    def test_dragging_zooms_all_charts_and_a_double_click_shows_all(self):
        self.open('one.html')
        windows = '''return [...lehr.timeline.charts].filter((chart) => chart.graph).map(
                         (chart) => chart.graph.xAxisRange().map(Math.round).join());'''
        self.assertEqual(set(self.run_script(windows)), {'0,61'})
        for element in (self.plot(0), self.find('.heat-map .plot')[0]):
            self.run_script("arguments[0].scrollIntoView({block: 'center'})", element)
            self.drag(element)
            ranges = set(self.run_script(windows))
            self.assertEqual(len(ranges), 1)
            first, last = map(int, ranges.pop().split(','))
            self.assertTrue(15 < first < 30 < last < 45, (first, last))
            self.actions().double_click(element).perform()
            self.assertEqual(set(self.run_script(windows)), {'0,61'})
        self.assertEqual(self.console(), [])

    def test_a_layer_can_be_picked_out(self):
        self.open('one.html')
        button = self.find('#layers .key button')[2]
        button.click()
        self.assertEqual(len(self.find('.key button[aria-pressed=true]')), 2)  # of activations and of gradients
        self.assertEqual(len(self.find('.heat-map.chosen')), 1)
        button.click()
        self.assertEqual(len(self.find('.key button[aria-pressed=true], .heat-map.chosen')), 0)

    def test_validations_are_points_in_the_layers_charts(self):
        self.open('validated.html')
        for chart, shown in ((5, 4), (6, 4), (7, 4), (8, 0)):  # spread, mean, near zero; gradients have none
            items = [item.text for item in self.find('figure.chart')[chart].find_elements('css selector', '.readout li')]
            self.assertEqual(sum(', validation' in item for item in items), shown)
        self.assertIn('Points: the validation set', self.find('figure.chart')[5].text)
        self.find('#layers .key button')[1].click()
        clear = self.run_script("""return [...lehr.timeline.charts].filter((chart) => chart.graph)[5].look().colors
                                      .map((colour) => !colour.startsWith('rgba'));""")
        self.assertEqual([place for place, is_clear in enumerate(clear) if is_clear], [1, 5])  # layer1, also validated
        self.assertEqual(self.console(), [])

    def test_runs_lie_over_each_other_and_layers_follow_the_choice(self):
        from selenium.webdriver.support.select import Select
        self.open('two.html')
        self.assertEqual(len(self.find('#training .chart:first-child .readout li')), 1 + 2 * 3)
        self.assertEqual(len(self.find('#layers .heat-map')), 4)
        Select(self.find('#run-choice select')[0]).select_by_visible_text('second')
        self.assertEqual(len(self.find('#layers .heat-map')), 6)
        self.assertEqual(self.run_script(DRAWN), [19, 8, 1])  # of them 7 charts and 2 pictures side by side
        self.assertEqual(self.console(), [])

    def choose(self, selector, text):
        from selenium.webdriver.support.select import Select
        Select(self.find(selector)[0]).select_by_visible_text(text)

    def test_seeds_of_a_variant_are_a_band_or_single_lines(self):
        self.open('study.html')
        items = [item.text for item in self.find('#training .chart:first-child .readout li')][1:]
        self.assertEqual([item.split(', each batch')[0] for item in items],
                         ['lr=0.01, 3 runs', 'lr=0.1, 2 runs', 'lr=0.1, seed 2'])
        self.assertEqual(len(self.find('.facts')), 2)
        self.assertIn('1 of 3 runs diverged or collapsed', self.find('.facts')[1].text)
        band = """
          const {series} = [...lehr.timeline.charts].find((chart) => chart.graph);
          return [series[0].low, series[0].y, series[0].high].map((values) => values?.at(-1));"""
        low, mean, high = self.run_script(band)
        self.assertAlmostEqual(mean - low, 0.1, places=5)  # losses that differ by 0.1 have this deviation
        self.choose('#training .controls label:nth-child(4) select', 'mean and range')
        self.assertAlmostEqual(self.run_script(band)[2] - mean, 0.1, places=5)
        self.choose('#training .controls label:nth-child(4) select', 'single runs')
        self.assertEqual(len(self.find('#training .chart:first-child .readout li')), 1 + 6)
        self.assertEqual(self.console(), [])

    def test_the_axis_the_smoothing_and_the_scale_of_the_loss_can_be_chosen(self):
        self.open('one.html')
        ends = 'return [...lehr.timeline.charts].find((chart) => chart.graph).series[0].x.at(-1);'
        for unit, end in (('images', 3135), ('epochs', 3), ('seconds', 3), ('batches', 60)):
            self.choose('#training .controls select', unit)
            self.assertAlmostEqual(self.run_script(ends), end)
            self.assertEqual(self.run_script(DRAWN), [12, 4, 1])
        self.choose('#training .controls label:nth-child(2) select', '0.9')
        self.assertIn('each batch, smoothed', self.find('#training .chart:first-child .readout')[0].text)
        self.assertEqual(self.run_script('return lehr.smoothed([1, 2, 3], [1, 0, 0], 0.5).map((y) => y.toFixed(4))'),
                         ['1.0000', '0.3333', '0.1429'])
        self.find('#training .controls input')[0].click()
        self.assertTrue(self.run_script(
            "return [...lehr.timeline.charts].find((chart) => chart.graph).graph.getOption('logscale')"))
        self.assertEqual(self.console(), [])

    def test_one_layer_of_all_runs_is_side_by_side(self):
        self.open('study.html')
        self.assertEqual(len(self.find('#compare .heat-map')), 2)
        self.choose('#compare select', '3 \u2013 layer2: conv2d + activation')
        spread = self.run_script("return [...document.querySelectorAll('#compare .chart:first-child .readout b')].map((b) => b.textContent)")
        self.assertEqual(spread, ['1.2', '1.2', '1.2'])
        self.assertEqual(self.console(), [])

    def test_lines_of_three_runs_are_all_named_and_those_that_coincide_say_so(self):
        self.open('three.html')
        items = [item.text for item in self.find('#training .chart:first-child .readout li')]
        self.assertEqual(len(items), 1 + 3 * 3)
        self.assertEqual([item for item in items if ' of 9' in item], [])
        again = [item for item in items if item.startswith('again, ')]
        self.assertTrue(all('same as first, ' in item for item in again), again)
        self.assertEqual([item for item in items if 'same as' in item], again)
        dashed = self.run_script("""
          const {series} = [...lehr.timeline.charts].find((chart) => chart.graph).look();
          return Object.values(series).map(({strokePattern}) => Boolean(strokePattern));""")
        self.assertEqual(dashed, 3 * [False, True, False])  # each kind of line: first, again, short
        self.assertEqual(self.console(), [])

    def test_a_run_of_one_epoch_and_one_batch_shows_its_points_whole(self):
        for page in ('single.html', 'three.html'):
            with self.subTest(page=page):
                self.open(page)
                gaps = self.run_script("""
                  return [...lehr.timeline.charts].filter((chart) => chart.graph).flatMap(({graph, series}) => {
                    const {x, w} = graph.getArea();
                    return series.flatMap((one) => [one.x[0], one.x.at(-1)]).flatMap(
                        (at) => [graph.toDomXCoord(at) - x, x + w - graph.toDomXCoord(at)]);
                  });""")
                self.assertGreater(min(gaps), 3)
                alone = self.run_script("""
                  const {series} = [...lehr.timeline.charts].find((chart) => chart.graph).look();
                  return Object.values(series).map(({pointSize}) => pointSize ?? 0);""")
                self.assertEqual(max(alone), 4)
                self.assertEqual(self.console(), [])

    def test_a_cause_is_shown_with_its_evidence_its_cure_and_its_symptoms(self):
        colours = set()
        for scheme in ('light', 'dark'):
            self.open('faulty.html', scheme)
            finding = self.find('#diagnosis .finding')[0]
            self.assertEqual(finding.get_attribute('class'), 'finding problem')
            for part in ('A layer is dead dead-layer, ', 'Layer layer2 is dead: 100 % of its activations are near zero since '
                         'batch 31.', 'activations near zero, layer layer2', 'Share near zero, layer layer2, 1 to 60: 0',
                         'What it means: ', 'To mend it: ', 'docs/diagnosis/dead-layer.md'):
                self.assertIn(part, finding.text)
            symptoms = [item.text for item in finding.find_elements('css selector', '.symptoms li')]
            self.assertTrue(any('accuracy-at-chance' in text for text in symptoms), symptoms)
            points = finding.find_element('css selector', '.small-chart polyline').get_attribute('points')
            self.assertEqual(len(points.split()), 60)
            colours.add(self.run_script('return getComputedStyle(arguments[0]).borderLeftColor', finding))
            self.assertEqual(self.console(), [])
        self.assertEqual(len(colours), 2)
        self.find('#diagnosis summary')[0].click()
        self.assertIn('needs --stats-channels', self.find('#diagnosis .unchecked')[0].text)
        self.choose('#run-choice select', 'healthy')
        self.assertEqual(self.find('#diagnosis .finding:not(.hint)'), [])
        self.assertRegex(self.find('#diagnosis .lead')[0].text, r'^Healthy: all 4 recorded layers have .*\. (Hints|No rule)')

    def test_a_layer_that_exploded_is_seen(self):
        self.open('exploded.html')
        self.assertEqual(self.console(), [])
        scales = self.run_script("""
          return [...lehr.timeline.charts].filter((chart) => chart.graph).map(
              (chart) => [chart.element.querySelector('h3').textContent, chart.graph.getOption('logscale'),
                          chart.graph.yAxisRange()[1]]);""")
        scales = {title: (log, top) for title, log, top in scales}
        self.assertTrue(scales['Spread of the activations'][0])
        self.assertLess(abs(scales['Mean of the activations'][1]), 100)  # powers, not values of 1e20
        self.assertIn('logarithmic', self.find('#layers .charts')[0].text)
        picture = self.find('.heat-map')[3]
        self.assertRegex(self.run_script("""
          const map = [...lehr.timeline.charts].filter((one) => one.layer)[3];
          map.bin = map.layer.picture.rows;
          return map.ofBin(15);"""), r'about (100|9\d\.\d|100\.0) % of size above 10$')
        brightness = self.run_script("""
          const canvas = arguments[0].querySelector('canvas');
          const at = (y) => [...canvas.getContext('2d').getImageData(canvas.width * 0.75, y, 1, 1).data].slice(0, 3)
              .reduce((sum, value) => sum + value);
          return [at(3), at(canvas.height - 3)];""", picture)
        self.assertGreater(brightness[0], 2 * brightness[1])
        self.assertIn('training time\n\u2013', self.find('.facts')[0].text)

    def test_a_narrow_window_shows_whole_words_and_no_page_beyond_its_edge(self):
        pages = ('one.html', 'two.html', 'three.html', 'study.html', 'single.html', 'faulty.html', 'exploded.html', 'validated.html', 'hostile.html', 'bare.html')
        try:
            for width in (420, 900, 1600):
                self.window.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
                    'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': False})
                for page in pages:
                    with self.subTest(width=width, page=page):
                        self.open(page)
                        self.assertLessEqual(*self.run_script(
                            'return [document.documentElement.scrollWidth, window.innerWidth]'))
                        broken = self.run_script("""
                          return [...document.querySelectorAll('th, td, dd, dt')].filter((cell) => {
                            if (cell.children.length || !/^\\S{1,16}$/.test(cell.textContent)) return false;
                            const range = document.createRange();
                            range.selectNodeContents(cell);
                            return range.getClientRects().length > 1;
                          }).map((cell) => cell.textContent);""")
                        self.assertEqual(broken, [])
        finally:
            self.window.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})

    def test_any_name_is_shown_as_text(self):
        self.open('hostile.html')
        self.assertIsNone(self.run_script('return window.pwned ?? null'))
        self.assertEqual(self.find('img[src="x"]'), [])
        self.assertIn('<img src=x onerror="pwned=1">', self.find('h1')[0].text)
        self.assertIn('<img src=x onerror="pwned=1">', self.find('#diagnosis .finding')[0].text)
        self.assertEqual(self.run_script(DRAWN), [12, 4, 1])
        self.actions().move_to_element(self.plot(0)).perform()
        self.assertIsNone(self.run_script('return window.pwned ?? null'))
        # Names of 10,000 characters leave the page as wide as the window.
        self.assertLessEqual(*self.run_script('return [document.documentElement.scrollWidth, window.innerWidth]'))
        self.assertEqual(self.console(), [])

    def test_runs_that_recorded_little_say_how_to_record_more(self):
        self.open('bare.html')
        self.assertIn('--stats', self.find('#layers')[0].text)
        self.assertEqual(self.find('.heat-map'), [])
        self.assertEqual(self.console(), [])

    def test_it_follows_the_colour_scheme_while_it_is_open(self):
        from selenium.webdriver.support.wait import WebDriverWait
        self.open('one.html', 'light')
        colour = 'return getComputedStyle(document.body).backgroundColor'
        light = self.run_script(colour)
        set_scheme(self.window, 'dark')
        WebDriverWait(self.window, 10).until(lambda _: self.run_script(colour) != light)
        self.assertEqual(self.run_script(DRAWN), [12, 4, 1])

    def test_it_prints(self):
        self.open('one.html', 'dark')
        pdf = self.window.execute_cdp_cmd('Page.printToPDF', {'printBackground': True})['data']
        self.assertGreater(len(pdf), 50000)
        self.assertEqual(self.console(), [])

    def test_a_long_run_of_many_layers_opens(self):
        seconds = self.open('large.html')
        print(f'1,000 epochs of 60 layers: {seconds:.2f} s until all was drawn')  # bench/open_report judges speed
        self.assertEqual(self.run_script(DRAWN), [12, 60, 1])
        self.actions().move_to_element(self.plot(6)).perform()
        self.assertRegex(self.run_script(READOUTS)[6], r'^batch [\d,]+ in epoch \d+$')
        self.assertEqual(self.console(), [])


if __name__ == '__main__':
    find_tools()
    FOLDER = sys.argv.pop(1)
    unittest.main(verbosity=2)

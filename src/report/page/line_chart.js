// A chart of lines over batches, drawn by Dygraphs.
//
// A series is {name, colour, x, y, low, high, style, layer, pattern, same}. low and high are the edges of a band around y. style is 'line' (the default), 'faint' (a background line)
// or 'marks' (one point per value). pattern is a dash pattern. same is the name of an earlier series with the same values.
//
// A chart's scale is 'plain', 'log', or 'signed-log' (logarithmic in both directions, linear around 0). Its option rest,
// {when, of}, sets the readout without a pointer: of(series) next to the last value.
(() => {
  const {el, timeline} = lehr;
  const most = 12;  // layers listed below a chart

  // Rows [x, y of each series or null] by ascending x.
  function rowsOf(series, toAxis) {
    const rows = new Map();
    const banded = series.some(({low}) => low);
    series.forEach(({x, y, low = y, high = y}, column) => {
      for (let i = 0; i < x.length; ++i) {
        if (!Number.isFinite(y[i]) || !Number.isFinite(x[i])) continue;
        if (!rows.has(x[i])) rows.set(x[i], [x[i], ...series.map(() => banded ? [null, null, null] : null)]);
        rows.get(x[i])[column + 1] = banded ? [low[i], y[i], high[i]].map(toAxis) : toAxis(y[i]);
      }
    });
    return [...rows.values()].sort((a, b) => a[0] - b[0]);
  }

  const styles = {
    line: {strokeWidth: 1.6},
    faint: {strokeWidth: 1},
    marks: {strokeWidth: 2, drawPoints: true, pointSize: 2.5},
  };

  function faded(colour, share) {
    const canvas = faded.canvas ??= document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return `rgba(${red},${green},${blue},${share})`;
  }

  // Ticks of a logarithmic axis: powers of ten, and 2 and 5 times them if there is room.
  function logTicks(least, largest) {
    if (!(least > 0) || !(largest > least)) return [];
    const decades = Math.log10(largest / least);
    const multiples = decades > 3 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
    const every = Math.max(1, Math.ceil(decades / 8));
    const ticks = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(largest)); ++power) {
      if (power % every !== 0) continue;
      for (const multiple of multiples) {
        const v = multiple * 10 ** power;
        if (v >= least && v <= largest) ticks.push({v, label: lehr.axisNumber(v)});
      }
    }
    return ticks;
  }

  // Ticks of a signed logarithmic axis: 0, and powers of ten on both sides of it.
  function signedLogTicks(least, largest) {
    const powers = Math.ceil(Math.log10(Math.sinh(Math.max(Math.abs(least), Math.abs(largest), 1)) + 1));
    const every = Math.max(1, Math.ceil(powers / 4));
    const values = [0];
    for (let power = powers > 4 ? every : 0; power <= powers; power += every) values.push(10 ** power, -(10 ** power));
    return values.map((value) => ({v: Math.asinh(value), label: lehr.axisNumber(value)})).filter(
        ({v}) => v >= least && v <= largest);
  }

  const same = (value) => value;
  const scales = {
    plain: {toAxis: same, fromAxis: same},
    log: {toAxis: same, fromAxis: same, options: {logscale: true}, ticker: logTicks},
    'signed-log': {toAxis: Math.asinh, fromAxis: Math.sinh, ticker: signedLogTicks},
  };

  const axisText = (x) => {
    if (x < 0 || (lehr.unit === 'batches' && !(Number.isInteger(x) && x > 0))) return '';
    return Number.isInteger(x) ? lehr.count(x) : lehr.axisNumber(x);
  };

  // Fewer than three points hardly make a line, so they are drawn as marks.
  const styleOf = ({style = 'line', y}) => {
    const alone = y.filter(Number.isFinite).length < 3;
    return alone ? {...styles.marks, pointSize: style === 'faint' ? 3 : 4} : styles[style];
  };

  class LineChart {
    constructor({title, how, series, scale = 'plain', percent = null, range = null, rest = null}) {
      this.series = series.filter(({y}) => y && y.some(Number.isFinite));
      this.text = percent === null ? lehr.number : (value) => lehr.percent(value, percent);
      this.chosen = -1;
      this.shown = [];
      this.plot = el('div', {class: 'plot', role: 'img', 'aria-label': `${title}. ${how}`});
      this.readout = el('ul', {class: 'readout'});
      this.element = el('figure', {class: 'chart'}, el('h3', {}, title), el('p', {class: 'how'}, how), this.plot,
                        this.readout);
      this.options = {scale: scales[scale], range, percent, rest};
    }

    get isEmpty() { return this.series.length === 0; }

    // Called when the element is part of the page, because Dygraphs measures it.
    draw() {
      const host = el('div');
      this.hairline = el('div', {class: 'hairline', hidden: ''});
      this.plot.append(host, this.hairline);
      const {scale, range, percent} = this.options;
      this.graph = new Dygraph(host, rowsOf(this.series, scale.toAxis), {
        labels: ['x', ...this.series.map((_, i) => `s${i}`)],  // the names must not become part of
                                                                   // Dygraphs' HTML
        legend: 'never',
        customBars: this.series.some(({low}) => low),
        fillAlpha: 0.16,
        ...scale.options,
        valueRange: range,
        yRangePad: 8,  // pixels, so that no point is cut off
        dateWindow: timeline.range,
        connectSeparatedPoints: true,
        gridLineColor: lehr.colour('--grid'),
        axisLineColor: lehr.colour('--line'),
        axisLabelWidth: 58,
        highlightCircleSize: 3,
        axes: {
          x: {drawGrid: false, pixelsPerLabel: 80, axisLabelFormatter: (x) => axisText(x)},
          y: {
            ...(scale.ticker ? {ticker: scale.ticker} : {}),
            axisLabelFormatter: (y) => percent === null ? lehr.axisNumber(scale.fromAxis(y)) : `${lehr.axisNumber(100 * y)} %`,
          },
        },
        highlightCallback: (event, x, points) => {
          this.near(event, points);
          timeline.point(x);
        },
        unhighlightCallback: () => timeline.point(null),
        zoomCallback: (first, last) => timeline.zoom([first, last]),
        ...this.look(),
      });
      // Replaces Dygraphs' own double click, which would change only this chart.
      host.addEventListener('dblclick', () => timeline.zoom(null));
      timeline.charts.add(this);
      this.point(null);
    }

    // Colours and widths of the series for the current selection.
    look() {
      const series = {};
      const chosen = this.series[this.chosen];
      const colors = this.series.map(({colour, style = 'line', layer, pattern}, i) => {
        series[`s${i}`] = {...styleOf(this.series[i])};
        if (pattern) series[`s${i}`].strokePattern = pattern;
        if (chosen && this.chosen !== i && (layer === undefined || chosen.layer !== layer)) return faded(colour, 0.16);
        if (this.chosen === i) series[`s${i}`].strokeWidth = 2.6;
        return style === 'faint' ? faded(colour, 0.45) : colour;
      });
      return {colors, series};
    }

    // Highlights one series; -1: none.
    choose(number) {
      this.chosen = number;
      this.graph.updateOptions(this.look());
      this.point(null);
    }

    // If there are many series, only the one nearest to the pointer is listed.
    near(event, points) {
      const y = event.clientY - this.plot.getBoundingClientRect().top;
      let best = null;
      for (const point of points) {
        if (!best || Math.abs(point.canvasy - y) < Math.abs(best.canvasy - y)) best = point;
      }
      this.nearestSeries = best ? Number(best.name.slice(1)) : 0;
    }

    // The series to list: all series of runs, because there are few; some series of layers if there are many.
    listed() {
      if (this.series.length <= most || this.series[0].layer === undefined) return this.series.map((_, i) => i);
      if (this.chosen >= 0) return [this.chosen];
      const first = this.nearestSeries ?? 0;
      return [...new Set([0, first, this.series.length - 1])].sort((a, b) => a - b);
    }

    // The value of a series at batch x; for null, the value that the chart shows without a pointer.
    valueAt({x: batches, y}, x) {
      return y[x === null ? batches.length - 1 : lehr.nearest(batches, x)];
    }

    valueText(one, x) {
      const value = this.text(this.valueAt(one, x));
      if (one.low) {
        const place = x === null ? one.y.length - 1 : lehr.nearest(one.x, x);
        return [el('b', {}, value), el('span', {class: 'last'}, ` ${this.text(one.low[place])} to ${this.text(one.high[place])}`)];
      }
      const {rest} = this.options;
      if (x !== null || !rest || one.layer === undefined || one.style === 'marks') return [el('b', {}, value)];
      return [el('b', {}, this.text(rest.of(one))), el('span', {class: 'last'}, ` last ${value}`)];
    }

    point(x) {
      this.hairline.hidden = x === null;
      if (x !== null) this.hairline.style.left = `${this.graph.toDomXCoord(x)}px`;
      const items = this.listed().map((i) => {
        const {name, colour, style, pattern, same: other} = this.series[i];
        return el('li', {}, el('i', {class: `swatch line ${style === 'faint' || pattern ? 'dashed' : ''}`, '--swatch': colour}),
                  `${lehr.shortened(name, 40)} `, ...this.valueText(this.series[i], x),
                  other ? el('span', {class: 'last'}, ` same as ${lehr.shortened(other, 40)}`) : null);
      });
      if (this.series.length > items.length) {
        items.push(el('li', {class: 'last'}, `${items.length} of ${this.series.length} lines; choose a layer above to read it`));
      }
      const when = x === null ? this.options.rest?.when ?? 'at the end' : lehr.placeText(x);
      this.readout.replaceChildren(el('li', {class: 'when'}, when), ...items);
    }

    zoom() {
      this.graph.updateOptions({dateWindow: timeline.range});
    }

    remove() {
      timeline.forget(this);
      this.graph?.destroy();
      this.graph = null;
    }
  }

  lehr.LineChart = LineChart;

  // Adds the charts that are not empty to an element and draws them. Returns true if there was one.
  lehr.putCharts = (place, charts) => {
    const full = charts.filter((chart) => !chart.isEmpty);
    place.replaceChildren(...full.map((chart) => chart.element));
    for (const chart of full) chart.draw();
    return full;
  };
})();

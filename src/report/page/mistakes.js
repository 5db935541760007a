// Which classes are predicted for which, and the images with the highest loss.
(() => {
  const {el} = lehr;
  const side = (run) => run.classes.length;
  const label = (run, number, longest = 40) => lehr.shortened(run.classes[number] ?? String(number), longest);

  class ConfusionMatrix {
    constructor(run) {
      this.run = run;
      this.canvas = el('canvas');
      this.readout = el('p', {class: 'how'}, '\u00a0');
      this.plot = el('div', {class: 'plot'}, this.canvas);
      this.element = el('figure', {class: 'confusion'}, el('h3', {}, 'Confusion matrix'),
          el('p', {class: 'how'}, 'Rows are what an image shows, columns what it is taken for. All on the diagonal would be ' +
             'perfect; a bright cell beside it is a pair of classes that look alike to the network.'),
          this.plot, this.readout);
      this.plot.addEventListener('pointermove', (event) => this.moved(event));
      this.plot.addEventListener('pointerleave', () => this.readout.textContent = '\u00a0');
    }

    draw() {
      const n = side(this.run);
      const width = Math.min(this.plot.clientWidth, 560);
      const ratio = window.devicePixelRatio || 1;
      const named = n <= 30;
      const longest = Math.max(...this.run.classes.map((_, i) => Array.from(label(this.run, i, 12)).length));
      this.margin = named ? Math.min(14 + 7 * longest, 100) : 4;
      const top = named ? 20 : 4;
      this.top = top;
      this.cell = (width - this.margin) / n;
      const height = top + this.cell * n;
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
      const context = this.canvas.getContext('2d');
      context.scale(ratio, ratio);
      this.paint(context, n);
      if (named) this.write(context, n);
    }

    // The share of a row (a true class), so that rare classes are visible.
    share(row, column) {
      const n = side(this.run);
      let sum = 0;
      for (let i = 0; i < n; ++i) sum += this.run.confusion[row * n + i];
      return sum > 0 ? this.run.confusion[row * n + column] / sum : 0;
    }

    paint(context, n) {
      const gap = this.cell > 6 ? 1 : 0;
      for (let row = 0; row < n; ++row) {
        for (let column = 0; column < n; ++column) {
          const share = this.share(row, column);
          // The square root makes shares of 1 % visible.
          const strength = Math.sqrt(share);
          context.fillStyle = share === 0 ? lehr.colour('--grid') : row === column ? lehr.colour('--good') : lehr.colour('--accent');
          context.globalAlpha = share === 0 ? 1 : 0.15 + 0.85 * strength;
          context.fillRect(this.margin + column * this.cell, this.top + row * this.cell, this.cell - gap, this.cell - gap);
        }
      }
      context.globalAlpha = 1;
    }

    write(context, n) {
      context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
      context.textBaseline = 'middle';
      const short = this.cell > 60 ? 10 : this.cell > 30 ? 4 : 2;
      for (let i = 0; i < n; ++i) {
        const middle = this.cell * (i + 0.5);
        context.fillStyle = lehr.colour('--ink');
        context.textAlign = 'right';
        context.fillText(label(this.run, i, 12), this.margin - 6, this.top + middle);
        context.textAlign = 'center';
        context.fillText(label(this.run, i, short), this.margin + middle, this.top / 2);
        for (let column = 0; column < n && this.cell > 24; ++column) {
          const count = this.run.confusion[i * n + column];
          // On a dark cell the background colour is readable.
          context.fillStyle = lehr.colour(this.share(i, column) > 0.5 ? '--paper' : '--ink');
          if (count > 0) context.fillText(lehr.count(count), this.margin + this.cell * (column + 0.5), this.top + middle);
        }
      }
    }

    moved(event) {
      const box = this.canvas.getBoundingClientRect();
      const n = side(this.run);
      const column = Math.floor((event.clientX - box.left - this.margin) / this.cell);
      const row = Math.floor((event.clientY - box.top - this.top) / this.cell);
      if (row < 0 || column < 0 || row >= n || column >= n) return;
      const count = this.run.confusion[row * n + column];
      this.readout.textContent = `${lehr.count(count)} of \u201c${label(this.run, row)}\u201d taken for ` +
          `\u201c${label(this.run, column)}\u201d (${lehr.percent(this.share(row, column))})`;
    }
  }

  function confusedPairs(run, matrix) {
    const n = side(run);
    const pairs = [];
    for (let row = 0; row < n; ++row) {
      for (let column = 0; column < n; ++column) {
        const count = run.confusion[row * n + column];
        if (row !== column && count > 0) pairs.push({row, column, count});
      }
    }
    pairs.sort((a, b) => b.count - a.count);
    const most = pairs.length ? pairs[0].count : 1;
    const rows = pairs.slice(0, 12).map(({row, column, count}) => el('tr', {}, el('td', {}, label(run, row)), el('td', {}, label(run, column)),
        el('td', {class: 'number'}, lehr.count(count)), el('td', {class: 'number'}, lehr.percent(matrix.share(row, column))),
        el('td', {}, el('div', {class: 'meter', '--fill': 'var(--accent)'}, el('i', {style: `width:${100 * count / most}%`})))));
    const table = el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'shows'), el('th', {}, 'taken for'), el('th', {class: 'number'}, 'images'),
        el('th', {class: 'number'}, 'of the class'), el('th', {}, ''))), el('tbody', {}, ...rows));
    return el('figure', {}, el('h3', {}, 'Most confused pairs'),
        el('p', {class: 'how'}, 'Look at images of the first pairs: are the labels right, and could you tell them apart at this size?'),
        rows.length ? el('div', {class: 'scroll'}, table) : el('p', {}, 'No mistake.'));
  }

  let matrix = null;
  lehr.putMistakes = (run) => {
    const worst = run.pictures.filter(({kind}) => kind === 'top_loss');
    document.getElementById('mistakes').hidden = !run.confusion && !worst.length;
    const columns = document.querySelector('#mistakes .columns');
    matrix = run.confusion ? new ConfusionMatrix(run) : null;
    columns.replaceChildren(...(matrix ? [matrix.element, confusedPairs(run, matrix)] : []));
    matrix?.draw();
    lehr.putGallery(document.querySelector('#mistakes .gallery'), [{
      title: 'Images that cost most',
      how: 'Of the validation set, by their loss. Wrong labels and pictures that nobody could read gather here.',
      pictures: worst,
    }]);
  };
  lehr.redrawMistakes = () => matrix?.draw();
})();

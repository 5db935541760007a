// Which classes go wrong, which are predicted for which, and the images with the highest loss.
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
      for (let i = 0; i < n; ++i) sum += this.run.confusion.matrix[row * n + i];
      return sum > 0 ? this.run.confusion.matrix[row * n + column] / sum : 0;
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
          const count = this.run.confusion.matrix[i * n + column];
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
      const count = this.run.confusion.matrix[row * n + column];
      this.readout.textContent = `${lehr.count(count)} of \u201c${label(this.run, row)}\u201d taken for ` +
          `\u201c${label(this.run, column)}\u201d (${lehr.percent(this.share(row, column))})`;
    }
  }

  const meter = (share, fill) => el('td', {}, el('div', {class: 'meter', '--fill': `var(${fill})`}, el('i', {style: `width:${100 * share}%`})));
  const head = (...titles) => el('thead', {}, el('tr', {}, ...titles.map(([title, type]) => el('th', {class: type}, title))));
  const number = (text) => el('td', {class: 'number'}, text);

  // The classes with the lowest accuracy first; among equals, the one with more images.
  function worstClasses({confusion}) {
    const accuracy = (i) => confusion.right[i] / confusion.images[i];
    return [...confusion.images.keys()].filter((i) => confusion.images[i] > 0).sort(
        (a, b) => accuracy(a) - accuracy(b) || confusion.images[b] - confusion.images[a]);
  }

  function classTable(run) {
    const {images, right, predicted, balancedAccuracy} = run.confusion;
    const classes = worstClasses(run);
    const shown = classes.slice(0, 20);
    const rows = shown.map((i) => el('tr', {}, el('td', {title: run.classes[i] ?? ''}, label(run, i)), number(lehr.count(images[i])),
        number(lehr.percent(right[i] / images[i])), meter(right[i] / images[i], '--good'),
        number(lehr.percent(predicted[i] ? right[i] / predicted[i] : NaN))));
    const which = shown.length < classes.length ? `The ${shown.length} of ${lehr.count(classes.length)} classes with the lowest accuracy. ` : '';
    return el('figure', {class: 'classes'}, el('h3', {}, 'Accuracy of each class'),
        el('p', {class: 'how'}, `${which}The balanced accuracy, their mean over all classes, is ${lehr.percent(balancedAccuracy)}. ` +
            'A class with few images or with a look-alike is at the top. Precision: of the images that were predicted as the class, how many show it.'),
        el('div', {class: 'scroll'}, el('table', {},
            head(['class'], ['images', 'number'], ['accuracy', 'number'], [''], ['precision', 'number']), el('tbody', {}, ...rows))));
  }

  function confusedPairs(run) {
    const {pairs, images} = run.confusion;
    const most = pairs.length ? pairs[0][2] : 1;
    const rows = pairs.slice(0, run.confusion.matrix ? 12 : 30).map(([truth, predicted, count]) => el('tr', {}, el('td', {}, label(run, truth)),
        el('td', {}, label(run, predicted)), number(lehr.count(count)), number(lehr.percent(count / images[truth])),
        meter(count / most, '--accent')));
    return el('figure', {}, el('h3', {}, 'Most confused pairs'),
        el('p', {class: 'how'}, 'Look at images of the first pairs: are the labels right, and could you tell them apart at this size?'),
        rows.length ? el('div', {class: 'scroll'}, el('table', {},
            head(['shows'], ['taken for'], ['images', 'number'], ['of the class', 'number'], ['']), el('tbody', {}, ...rows))) :
            el('p', {}, 'No mistake.'));
  }

  // The images that cost most, each with where the network looked, if that was recorded.
  function worstImages(run) {
    const looked = new Map(run.pictures.filter(({kind}) => kind === 'top_loss_heat').map((picture) => [picture.number, picture]));
    return run.pictures.filter(({kind}) => kind === 'top_loss').map((picture) => ({...picture, beside: looked.get(picture.number)?.png}));
  }

  let matrix = null;
  lehr.putMistakes = (run) => {
    const worst = worstImages(run);
    document.getElementById('mistakes').hidden = !run.confusion && !worst.length;
    const columns = document.querySelector('#mistakes .columns');
    matrix = run.confusion?.matrix ? new ConfusionMatrix(run) : null;
    columns.replaceChildren(...(matrix ? [matrix.element] : []), ...(run.confusion ? [classTable(run), confusedPairs(run)] : []));
    matrix?.draw();
    lehr.putGallery(document.querySelector('#mistakes .gallery'), [{
      title: 'Images that cost most',
      how: 'Of the validation set, by their loss. Wrong labels and pictures that nobody could read gather here. ' +
          (worst.some(({beside}) => beside) ? 'Beside each: where the network looked for what it predicted (Grad-CAM), from violet to yellow.' : ''),
      pictures: worst,
    }]);
  };
  lehr.redrawMistakes = () => matrix?.draw();
})();

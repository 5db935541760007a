// A layer's activations by size and batch: the colourful dimension.
(() => {
  const {el, timeline} = lehr;
  const width = 0.25;  // share of a magnitude bin

  const strip = 4;     // rows that show the values beyond the bins, so that a layer that exploded has a
                       // bright top edge

  // The rows of the picture from the top: those of the strip, then the bins from the largest magnitude down.
  const shownRows = (picture) => strip + picture.rows;

  function imageOf(picture) {
    const {columns, rows, bytes, beyond} = picture;
    const canvas = el('canvas', {width: columns, height: shownRows(picture)});
    const context = canvas.getContext('2d');
    const image = context.createImageData(columns, shownRows(picture));
    for (let line = 0; line < shownRows(picture); ++line) {
      for (let column = 0; column < columns; ++column) {
        const row = rows - 1 - (line - strip);
        const [red, green, blue] = lehr.viridis[line < strip ? beyond[column] : bytes[row * columns + column]];
        image.data.set([red, green, blue, 255], 4 * (line * columns + column));
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  class HeatMap {
    constructor(layer, run, colour, title = layer.name) {
      const {points} = run;
      this.layer = layer;
      this.batches = lehr.placed(run, points.batch);  // of the points of the series, on the x axis
      this.late = lehr.lastFifth(points);
      this.image = imageOf(layer.picture);
      this.canvas = el('canvas');
      this.hairline = el('div', {class: 'hairline', hidden: ''});
      this.plot = el('div', {class: 'plot'}, this.canvas, this.hairline);
      this.readout = el('div', {class: 'readout'});
      this.element = el('figure', {class: 'heat-map', '--swatch': colour},
                        el('figcaption', {title}, el('span', {}, lehr.shortened(title, 60)),
                           el('span', {}, lehr.shortened(layer.type, 60))),
                        this.plot, this.readout);
      this.plot.addEventListener('pointermove', (event) => this.moved(event));
      this.plot.addEventListener('pointerleave', () => timeline.point(null));
      this.plot.addEventListener('pointerdown', (event) => this.began = this.placeOf(event).x);
      this.plot.addEventListener('pointerup', (event) => this.ended(event));
      this.plot.addEventListener('dblclick', () => timeline.zoom(null));
    }

    // The position of the pointer, each coordinate from 0 to 1.
    placeOf(event) {
      const box = this.plot.getBoundingClientRect();
      return {x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height};
    }

    batchAt(share) {
      const [first, last] = timeline.range;
      return first + share * (last - first);
    }

    moved(event) {
      const {x, y} = this.placeOf(event);
      const place = lehr.nearest(this.batches, this.batchAt(x));
      const {picture} = this.layer;
      const line = Math.min(Math.max(Math.floor(y * shownRows(picture)), 0), shownRows(picture) - 1);
      this.bin = line < strip ? picture.rows : picture.rows - 1 - (line - strip);
      timeline.point(this.batches[place]);
      this.bin = undefined;
    }

    ended(event) {
      const [from, to] = [this.began, this.placeOf(event).x].sort((a, b) => a - b);
      if (to - from > 0.03) timeline.zoom([this.batchAt(from), this.batchAt(to)]);
    }

    draw() {
      const box = this.plot.getBoundingClientRect();
      const ratio = window.devicePixelRatio || 1;
      this.canvas.width = Math.max(1, Math.round(box.width * ratio));
      this.canvas.height = Math.max(1, Math.round(box.height * ratio));
      const context = this.canvas.getContext('2d');
      context.imageSmoothingEnabled = false;
      // Drawn column by column, because recorded batches need not be evenly spaced.
      const columnAt = (pixel) => this.columnOf(this.batchAt((pixel + 0.5) / this.canvas.width));
      const step = this.batches.length > 1 ? this.batches.at(-1) - this.batches.at(-2) : 1;
      const end = this.pixelOf(this.batches.at(-1) + (lehr.unit === 'batches' ? 1 : step));
      for (let from = this.pixelOf(this.batches[0]), to; from < end; from = to) {
        const column = columnAt(from);
        for (to = from + 1; to < end && columnAt(to) === column;) ++to;
        context.drawImage(this.image, column, 0, 1, this.image.height, from, 0, to - from, this.canvas.height);
      }
      timeline.charts.add(this);
      this.point(null);
    }

    pixelOf(batch) {
      const [first, last] = timeline.range;
      const share = (batch - first) / (last - first);
      return Math.round(this.canvas.width * Math.min(Math.max(share, 0), 1));
    }

    // The picture may have fewer columns than the series has points.
    columnOf(batch) {
      const place = lehr.nearest(this.batches, batch);
      return Math.min(Math.floor(place * this.image.width / this.batches.length), this.image.width - 1);
    }

    point(x) {
      this.hairline.hidden = x === null;
      const nearZero = this.layer.series.nearZero;
      if (x === null) {
        this.readout.textContent = this.atRest(nearZero);
        return;
      }
      const [first, last] = timeline.range;
      this.hairline.style.left = `${100 * (x - first) / (last - first)}%`;
      const place = lehr.nearest(this.batches, x);
      this.readout.textContent = this.bin === undefined ? `near zero ${lehr.percent(nearZero[place])}` : this.ofBin(x);
    }

    share(brightness) {
      const {most, values} = this.layer.picture;
      return values > 0 ? Math.expm1(brightness / 255 * most) / values : 0;
    }

    atRest(nearZero) {
      const last = lehr.percent(nearZero.at(-1));
      const text = `near zero in the last fifth: ${lehr.percent(lehr.medianAt(this.late, nearZero))}, last ${last}`;
      const beyond = this.share(this.layer.picture.beyond.at(-1));
      return beyond < 0.01 ? text : `${text}; ${lehr.percent(beyond)} above 10`;
    }

    ofBin(x) {
      const {columns, rows, bytes, beyond} = this.layer.picture;
      const column = this.columnOf(x);
      const share = this.share(this.bin === rows ? beyond[column] : bytes[this.bin * columns + column]);
      const low = this.bin * width;
      return `${lehr.placeText(x)}: ${share < 5e-4 ? 'almost none' : `about ${lehr.percent(share)}`} of size ` +
          (this.bin === rows ? `above ${low}` : `${low} to ${low + width}`);
    }

    choose(number) {
      this.element.classList.toggle('chosen', number === this.layer.number);
    }

    zoom() { this.draw(); }

    remove() { timeline.forget(this); }
  }

  lehr.HeatMap = HeatMap;
})();

// A layer's activations by size and batch: the colourful dimension.
(() => {
  const {el, timeline} = lehr;
  const width = 0.25;  // of a bin of magnitudes

  function imageOf({columns, rows, bytes}) {
    const canvas = el('canvas', {width: columns, height: rows});
    const context = canvas.getContext('2d');
    const image = context.createImageData(columns, rows);
    for (let row = 0; row < rows; ++row) {
      for (let column = 0; column < columns; ++column) {
        const [red, green, blue] = lehr.viridis[bytes[row * columns + column]];
        image.data.set([red, green, blue, 255], 4 * ((rows - 1 - row) * columns + column));
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  class HeatMap {
    constructor(layer, batches, colour) {
      this.layer = layer;
      this.batches = batches;  // of the points of the series
      this.image = imageOf(layer.picture);
      this.canvas = el('canvas');
      this.hairline = el('div', {class: 'hairline', hidden: ''});
      this.plot = el('div', {class: 'plot'}, this.canvas, this.hairline);
      this.readout = el('div', {class: 'readout'});
      this.element = el('figure', {class: 'heat-map', '--swatch': colour},
                        el('figcaption', {title: layer.name}, el('span', {}, lehr.shortened(layer.name, 60)),
                           el('span', {}, lehr.shortened(layer.type, 60))),
                        this.plot, this.readout);
      this.plot.addEventListener('pointermove', (event) => this.moved(event));
      this.plot.addEventListener('pointerleave', () => timeline.point(null));
      this.plot.addEventListener('pointerdown', (event) => this.began = this.share(event).x);
      this.plot.addEventListener('pointerup', (event) => this.ended(event));
      this.plot.addEventListener('dblclick', () => timeline.zoom(null));
    }

    // Where the pointer is, each from 0 to 1.
    share(event) {
      const box = this.plot.getBoundingClientRect();
      return {x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height};
    }

    batchAt(share) {
      const [first, last] = timeline.range;
      return first + share * (last - first);
    }

    moved(event) {
      const {x, y} = this.share(event);
      const place = lehr.nearest(this.batches, this.batchAt(x));
      this.bin = Math.min(Math.max(Math.floor((1 - y) * this.layer.picture.rows), 0), this.layer.picture.rows - 1);
      timeline.point(this.batches[place]);
      this.bin = undefined;
    }

    ended(event) {
      const [from, to] = [this.began, this.share(event).x].sort((a, b) => a - b);
      if (to - from > 0.03) timeline.zoom([this.batchAt(from), this.batchAt(to)]);
    }

    draw() {
      const box = this.plot.getBoundingClientRect();
      const ratio = window.devicePixelRatio || 1;
      this.canvas.width = Math.max(1, Math.round(box.width * ratio));
      this.canvas.height = Math.max(1, Math.round(box.height * ratio));
      const context = this.canvas.getContext('2d');
      context.imageSmoothingEnabled = false;
      // Column by column, since recorded batches need not lie evenly.
      const columnAt = (pixel) => this.columnOf(this.batchAt((pixel + 0.5) / this.canvas.width));
      const end = this.pixelOf(this.batches.at(-1) + 1);
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
        this.readout.textContent = `near zero at the end: ${lehr.percent(nearZero[nearZero.length - 1])}`;
        return;
      }
      const [first, last] = timeline.range;
      this.hairline.style.left = `${100 * (x - first) / Math.max(last - first, 1)}%`;
      const place = lehr.nearest(this.batches, x);
      this.readout.textContent = this.bin === undefined ? `near zero ${lehr.percent(nearZero[place])}` : this.ofBin(x);
    }

    ofBin(x) {
      const {columns, bytes, most, values} = this.layer.picture;
      const share = Math.expm1(bytes[this.bin * columns + this.columnOf(x)] / 255 * most) / values;
      const low = this.bin * width;
      return `${lehr.batchText(x)}: ${share < 5e-4 ? 'almost none' : `about ${lehr.percent(share)}`} of size ${low} to ` +
          `${low + width}`;
    }

    choose(number) {
      this.element.classList.toggle('chosen', number === this.layer.number);
    }

    zoom() { this.draw(); }

    remove() { timeline.forget(this); }
  }

  lehr.HeatMap = HeatMap;
})();

// The batch under the pointer and the visible batches, shared by all charts.
(() => {
  const charts = new Set();

  // What the x axis counts. `of` gives the counts of a run at the ends of its epochs; none: it counts batches.
  const running = (values) => {
    let sum = 0;
    return [...values].map((value) => sum += value);
  };
  lehr.units = {
    batches: {text: (x) => lehr.batchText(x)},
    images: {of: ({epochs}) => epochs.images, perBatch: ({batchSize}) => batchSize, text: (x) => `${lehr.count(Math.round(x))} images`},
    epochs: {of: ({epochs}) => epochs.epoch, text: (x) => `epoch ${lehr.number(x)}`},
    seconds: {of: ({epochs}) => running(epochs.trainSeconds), text: (x) => `${lehr.duration(x)} of training`},
  };
  lehr.unit = 'batches';

  // Where batches of a run are on the x axis: between the ends of epochs in proportion, and behind the last one
  // as before it. NaN if the run does not say.
  lehr.placed = (run, batches) => {
    const {of, perBatch} = lehr.units[lehr.unit];
    if (!of) return batches;
    const counts = of(run);
    const knots = [[0, 0]];
    [...run.epochs.batch].forEach((batch, i) => {
      if (batch > knots.at(-1)[0] && Number.isFinite(counts[i])) knots.push([batch, counts[i]]);
    });
    if (knots.length < 2) return batches.map((batch) => perBatch ? batch * perBatch(run) : NaN);
    let at = 1;
    return batches.map((batch) => {
      while (at + 1 < knots.length && knots[at][0] < batch) ++at;
      while (at > 1 && knots[at - 1][0] >= batch) --at;
      const [[from, low], [to, high]] = [knots[at - 1], knots[at]];
      return low + (batch - from) / (to - from) * (high - low);
    });
  };

  // The ends of the x axis for all runs, with room so that no point is on the edge.
  function whole() {
    const ends = lehr.runs.flatMap((run) => [run.steps.batch, run.points.batch].flatMap(
        (batch) => [...lehr.placed(run, batch.slice(-1))])).filter(Number.isFinite);
    const first = lehr.unit === 'batches' ? 1 : 0;
    const last = Math.max(lehr.unit === 'batches' ? first + 1 : 0, ...ends) || 1;
    const room = 0.02 * (last - first);
    return [first - room, last + room];
  }

  lehr.timeline = {
    whole: whole(),
    window: null,  // [first, last] visible; null: all
    charts,
    forget(chart) { charts.delete(chart); },
    get range() { return lehr.timeline.window ?? lehr.timeline.whole; },
    // Another unit of the x axis. The charts have to be made again.
    count(unit) {
      lehr.unit = unit;
      lehr.timeline.window = null;
      lehr.timeline.whole = whole();
    },
    // Shows x in every chart; null: no place.
    point(x) { for (const chart of charts) chart.point(x); },
    zoom(window) {
      lehr.timeline.window = window;
      for (const chart of charts) chart.zoom();
    },
  };

  // The index of the entry of an ascending array that is nearest to x.
  lehr.nearest = (ascending, x) => {
    let low = 0;
    let high = ascending.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ascending[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low > 0 && x - ascending[low - 1] < ascending[low] - x ? low - 1 : low;
  };

  // Indices of a run's points in the last fifth of its training, and of those whose learning rate was at
  // least half the maximum. The last batch may be small, and most schedules end at a rate of 0.
  lehr.lastFifth = ({batch}) => {
    const [first, last] = [batch[0], batch.at(-1)];
    return [...batch.keys()].filter((i) => last - batch[i] <= 0.2 * (last - first));
  };
  lehr.atHighRate = ({lr}) => {
    const peak = lr.reduce((most, rate) => rate > most ? rate : most, 0);
    return [...lr.keys()].filter((i) => lr[i] >= peak / 2);
  };

  // Median of the values at these indices, without NaN.
  lehr.medianAt = (places, values) => {
    const found = places.map((i) => values[i]).filter((value) => value !== undefined && !Number.isNaN(value)).sort((a, b) => a - b);
    if (!found.length) return NaN;
    const middle = found.length >> 1;
    return found.length % 2 ? found[middle] : (found[middle - 1] + found[middle]) / 2;
  };

  // "batch 1,200 in epoch 3", or the place in another unit.
  lehr.placeText = (x) => lehr.units[lehr.unit].text(x);

  // "batch 1,200 in epoch 3" of the first run with that many batches.
  lehr.batchText = (batch) => {
    const text = `batch ${lehr.count(batch)}`;
    const run = lehr.runs.find(({epochs}) => batch <= epochs.batch.at(-1));
    if (!run) return text;
    const place = run.epochs.batch.findIndex((end) => batch <= end);
    return `${text} in epoch ${lehr.count(run.epochs.epoch[place])}`;
  };
})();

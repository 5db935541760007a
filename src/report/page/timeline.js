// The batch under the pointer and the visible batches, shared by all charts.
(() => {
  const charts = new Set();
  const ends = lehr.runs.flatMap(({steps, points}) => [steps.batch.at(-1), points.batch.at(-1)]).filter(Number.isFinite);
  const first = 1;
  const last = Math.max(first + 1, ...ends);
  const room = 0.02 * (last - first);  // so that no point is on the edge
  lehr.timeline = {
    whole: [first - room, last + room],  // the batches of all runs
    window: null,                        // [first, last] visible batch; null: all
    charts,
    forget(chart) { charts.delete(chart); },
    get range() { return lehr.timeline.window ?? lehr.timeline.whole; },
    // Shows batch x in every chart; null: no batch.
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

  // "batch 1,200 in epoch 3" of the first run with that many batches.
  lehr.batchText = (batch) => {
    const text = `batch ${lehr.count(batch)}`;
    const run = lehr.runs.find(({epochs}) => batch <= epochs.batch.at(-1));
    if (!run) return text;
    const place = run.epochs.batch.findIndex((end) => batch <= end);
    return `${text} in epoch ${lehr.count(run.epochs.epoch[place])}`;
  };
})();

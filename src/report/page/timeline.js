// The batch under the pointer and the batches in view, shared by all charts.
(() => {
  const charts = new Set();
  const ends = lehr.runs.flatMap(({steps, points}) => [steps.batch.at(-1), points.batch.at(-1)]).filter(Number.isFinite);
  lehr.timeline = {
    whole: [1, 1.005 * Math.max(2, ...ends)],  // batches of all runs, and room for the last point
    window: null,                              // [first, last] batch in view; null: all
    charts,
    forget(chart) { charts.delete(chart); },
    get range() { return lehr.timeline.window ?? lehr.timeline.whole; },
    // Shows batch x in every chart; null: none.
    point(x) { for (const chart of charts) chart.point(x); },
    zoom(window) {
      lehr.timeline.window = window;
      for (const chart of charts) chart.zoom();
    },
  };

  // The place of the entry of an ascending array that is nearest to x.
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

  // "batch 1,200 in epoch 3" of the first run that went so far.
  lehr.batchText = (batch) => {
    const text = `batch ${lehr.count(batch)}`;
    const run = lehr.runs.find(({epochs}) => batch <= epochs.batch.at(-1));
    if (!run) return text;
    const place = run.epochs.batch.findIndex((end) => batch <= end);
    return `${text} in epoch ${lehr.count(run.epochs.epoch[place])}`;
  };
})();

// The switches above the charts.
(() => {
  const {el, view} = lehr;

  function choice(label, chosen, options, take) {
    const select = el('select', {}, ...options.map(([value, text]) => el('option', {value, selected: value === String(chosen) ? '' : null}, text)));
    select.addEventListener('change', () => {
      take(select.value);
      lehr.redraw();
    });
    return el('label', {}, `${label} `, select);
  }

  lehr.putControls = () => {
    const log = el('input', {type: 'checkbox'});
    log.checked = view.logLoss;
    log.addEventListener('change', () => {
      view.logLoss = log.checked;
      lehr.redraw();
    });
    document.querySelector('#training .controls').replaceChildren(...[
      choice('Along', lehr.unit, Object.keys(lehr.units).map((unit) => [unit, unit]), (unit) => lehr.timeline.count(unit)),
      choice('Smooth the loss', view.smoothing, [['0', 'no'], ['0.6', '0.6'], ['0.9', '0.9'], ['0.98', '0.98']],
             (weight) => view.smoothing = Number(weight)),
      el('label', {}, log, ' logarithmic loss'),
      lehr.grouped ? choice('Runs of a group', view.band, [['sd', 'mean \u00b1 standard deviation'], ['range', 'mean and range'], ['runs', 'single runs']],
                            (band) => view.band = band) : null,
    ].filter(Boolean));
  };

  // An exponential moving average, corrected for its start as in TensorBoard. The weight is that of one batch; a
  // point stands for the batches since the point before.
  lehr.smoothed = (batches, values, weight) => {
    let average = 0;
    let all = 0;
    let before = 0;
    return [...values].map((value, i) => {
      if (!Number.isFinite(value)) return NaN;
      const keep = weight ** (batches[i] - before);
      before = batches[i];
      average = keep * average + (1 - keep) * value;
      all = keep * all + (1 - keep);
      return average / all;
    });
  };
})();

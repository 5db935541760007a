// Groups of runs: those of one variant of a study, or with one name. A group is drawn as a mean and a band.
(() => {
  const keyOf = ({study, variant, name, id}) => JSON.stringify(variant ? [study, variant] : name ? [name] : ['', id, '']);
  const studies = new Set(lehr.runs.map(({study}) => study));
  const titleOf = ({study, variant, title}) => !variant ? title : studies.size > 1 ? `${study}: ${variant}` : variant;

  const groups = new Map();
  for (const run of lehr.runs) {
    const key = keyOf(run);
    if (!groups.has(key)) groups.set(key, {title: titleOf(run), number: groups.size, runs: []});
    groups.get(key).runs.push(run);
    run.group = groups.get(key);
  }
  lehr.groups = [...groups.values()];
  lehr.grouped = lehr.groups.length < lehr.runs.length;
  for (const {title, runs} of lehr.groups) {
    runs.forEach((run, i) => run.label = runs.length < 2 ? title : `${title}, ${run.seed ? `seed ${run.seed}` : `run ${i + 1}`}`);
  }

  // What the reader chose; the band is 'sd', 'range' or 'runs' (no band).
  lehr.view = {band: 'sd', smoothing: 0, logLoss: false};

  lehr.last = (values) => values.findLast(Number.isFinite) ?? NaN;

  // Whether a run diverged, failed or says about the same for every image. No mean has such a run in it.
  lehr.hasFailed = ({status, epochs, collapseLimit}) => status === 'diverged' || status === 'failed' ||
      lehr.last(epochs.validAccuracy) < collapseLimit;

  lehr.meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // The standard deviation of a sample; 0 for one value.
  lehr.sdOf = (values) => {
    const mean = lehr.meanOf(values);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1));
  };

  const equal = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

  // Where a band has points: where the lines have them, or 200 places if they differ.
  function placesOf(lines) {
    if (lines.every(({x}) => equal(x, lines[0].x))) return lines[0].x;
    const ends = lines.flatMap(({x}) => [x[0], x.at(-1)]);
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    return Array.from({length: 200}, (_, i) => first + i / 199 * (last - first));
  }

  // The value of a line at a place, between its points in proportion; NaN beyond its ends.
  function valueAt({x, y}, place) {
    let i = lehr.nearest(x, place);
    if (x[i] === place) return y[i];
    if (x[i] > place) --i;
    if (i < 0 || i + 1 >= x.length) return NaN;
    return y[i] + (place - x[i]) / (x[i + 1] - x[i]) * (y[i + 1] - y[i]);
  }

  function edges(values) {
    const [least, largest] = [Math.min(...values), Math.max(...values)];
    if (lehr.view.band === 'range') return [least, largest];
    const [mean, sd] = [lehr.meanOf(values), lehr.sdOf(values)];
    return [least > 0 && mean <= sd ? least : mean - sd, mean + sd];  // a logarithmic scale has no 0
  }

  function bandOf(lines) {
    const x = placesOf(lines);
    const points = [...x].map((place) => {
      const values = lines.map((line) => valueAt(line, place)).filter(Number.isFinite);
      return values.length ? [lehr.meanOf(values), ...edges(values)] : [NaN, NaN, NaN];
    });
    const [y, low, high] = [0, 1, 2].map((column) => points.map((point) => point[column]));
    return {x, y, low, high};
  }

  // Lines of all groups; `of` returns {x, y} of a run. Runs that failed have lines of their own.
  lehr.groupLines = (kind, of) => lehr.groups.flatMap(({title, number, runs}) => {
    const line = (run, more) => ({...kind, name: lehr.lineName(run.label, kind.what), colour: lehr.runColour(number), ...of(run), ...more});
    const measured = (run) => of(run).y?.some(Number.isFinite);
    const good = runs.filter((run) => !lehr.hasFailed(run) && measured(run));
    const alone = runs.filter((run) => measured(run) && (good.length < 2 || !good.includes(run)));
    const lines = alone.map((run) => line(run, lehr.hasFailed(run) && runs.length > 1 ? {pattern: [2, 4], style: 'faint'} : {}));
    if (good.length < 2) return lines;
    const mean = {...kind, name: lehr.lineName(`${title}, ${good.length} runs`, kind.what), colour: lehr.runColour(number), ...bandOf(good.map(of))};
    return [mean, ...lines];
  });
  lehr.lineName = (title, what) => what ? `${title}, ${what}` : title;
  lehr.banded = () => lehr.grouped && lehr.view.band !== 'runs';
})();

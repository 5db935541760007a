// The results of all runs in shared charts.
(() => {
  const {el, LineChart} = lehr;

  // "training", followed by the run's title if there are several runs.
  const named = (run, what) => lehr.runs.length > 1 ? `${run.title}, ${what}` : what;

  // Lines of all runs. Each of `kinds` is {what, style, colour, of}; `of` returns {x, y} of a run.
  function lines(kinds) {
    return kinds.flatMap(({what, style, colour, of}) => coinciding(lehr.runs.map((run, number) => ({
      name: named(run, what),
      colour: lehr.runs.length > 1 ? lehr.runColour(number) : colour ?? lehr.runColour(0),
      style,
      ...of(run),
    }))));
  }

  const equal = (a, b) => a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

  // If a line coincides with an earlier one, it is dashed and labelled, so that both are visible.
  function coinciding(series) {
    return series.map((one, number) => {
      if (!one.y?.some(Number.isFinite)) return one;  // not measured in this run
      const other = series.slice(0, number).find(({x, y}) => y && equal(x, one.x) && equal(y, one.y));
      if (!other) return one;
      const gap = 5 * number;
      return {...one, pattern: [6, 6 + gap], same: other.name};
    });
  }

  const ofEpochs = (name) => (run) => ({x: run.epochs.batch, y: run.epochs[name]});
  const ofSteps = (name) => (run) => ({x: run.steps.batch, y: run.steps[name]});

  // The metrics of the training set in evaluation mode after each epoch (--train-eval).
  const evaluated = 'train_eval_';
  const ofMetric = (name) => (run) => ({x: run.epochs.batch, y: run.epochs.metrics[name]});
  const isEvaluated = () => lehr.runs.some((run) => `${evaluated}loss` in run.epochs.metrics);
  const afterEpoch = (name) => ({what: 'training, after the epoch', style: 'marks', colour: '#7a6bb0',
                                 of: ofMetric(evaluated + name)});

  // Why training and validation values may differ, apart from the generalisation gap.
  const averaged = () => 'Training is averaged over the epoch while the weights change (with dropout and mixed images, ' +
      'if any), validation is measured after it. ' +
      (isEvaluated() ? 'Compare validation with "training, after the epoch", which is measured like it: the gap is what ' +
                       'does not carry over to new images.'
                     : 'With --train-eval the training set is measured like the validation set, so that both compare.');

  function metricCharts() {
    const names = [...new Set(lehr.runs.flatMap((run) => Object.keys(run.epochs.metrics)))];
    return names.filter((name) => !name.startsWith(evaluated)).map((name) => new LineChart({
      title: name,
      how: 'A metric of the validation set after each epoch, or what --measure recorded for the epoch.',
      series: lines([afterEpoch(name), {what: name, style: 'marks', of: ofMetric(name)}]),
    }));
  }

  lehr.trainingCharts = () => [
    new LineChart({
      title: 'Loss',
      how: 'Lower is better. While both fall the network learns; if validation rises and training still falls, it ' +
          `learns by heart. ${averaged()}`,
      series: lines([
        {what: 'each batch', style: 'faint', colour: '#8a8178', of: ofSteps('loss')},
        {what: 'training', style: lehr.runs.length > 1 ? 'faint' : 'marks', colour: lehr.runColour(1), of: ofEpochs('trainLoss')},
        afterEpoch('loss'),
        {what: 'validation', style: 'marks', of: ofEpochs('validLoss')},
      ]),
    }),
    new LineChart({
      title: 'Accuracy',
      how: `Share of images that are classified right. ${averaged()}`,
      percent: 2,
      series: lines([
        {what: 'training', style: lehr.runs.length > 1 ? 'faint' : 'marks', colour: lehr.runColour(1), of: ofEpochs('trainAccuracy')},
        afterEpoch('accuracy'),
        {what: 'validation', style: 'marks', of: ofEpochs('validAccuracy')},
      ]),
    }),
    new LineChart({
      title: 'Learning rate',
      how: 'How far each step goes. Read the loss beside it: a loss that jumps where the rate is high asks for less.',
      series: lines([{what: 'learning rate', of: ofSteps('lr')}]),
    }),
    new LineChart({
      title: 'Momentum',
      how: 'How much of the earlier steps goes on. One-cycle schedules lower it while the rate is high.',
      series: lines([{what: 'momentum', of: ofSteps('momentum')}]).filter(({y}) => y.some((value) => value > 0)),
    }),
    ...metricCharts(),
  ];

  function last(values) {
    for (let i = values.length - 1; i >= 0; --i) {
      if (Number.isFinite(values[i])) return values[i];
    }
    return NaN;
  }

  // Text for people from "early_stopping: valid_loss has not improved ...".
  function ended(run) {
    const at = run.reason.indexOf(': ');
    if (at < 0) return null;
    const word = run.reason.slice(0, at).replace('_', ' ');
    return el('p', {class: 'note'}, `Ended by ${word}: ${run.reason.slice(at + 2)}`);
  }

  function facts(run, number) {
    const trained = run.epochs.trainSeconds.reduce((sum, seconds) => sum + seconds, 0);
    const best = run.epochs.validAccuracy.reduce((most, value) => value > most ? value : most, -1);
    const all = [
      ['validation accuracy', lehr.percent(last(run.epochs.validAccuracy), 2)],
      ['best', lehr.percent(best < 0 ? NaN : best, 2)],
      ['validation loss', lehr.number(last(run.epochs.validLoss))],
      ['training loss', lehr.number(last(run.epochs.trainLoss))],
      ['epochs', `${run.epochs.epoch.length} of ${run.epochsAsked}`],
      ['training time', lehr.duration(run.epochs.epoch.length ? trained : NaN)],
      ['parameters', lehr.count(run.parameters)],
      ['batch size', lehr.count(run.batchSize)],
    ];
    if (run.statsShare > 0) all.push(['cost of watching', lehr.percent(run.statsShare)]);
    const [batches, records] = ['stats_batches', 'stats_records'].map((name) => Number(run.environment[name]));
    if (records > 0 && batches > records) all.push(['layers recorded', `1 batch in ${lehr.number(Math.round(batches / records))}`]);
    const swatch = lehr.runs.length > 1 ? el('i', {class: 'swatch', '--swatch': lehr.runColour(number)}) : null;
    const started = run.started ? `, ${new Date(1000 * run.started).toLocaleString('en-GB')}` : '';
    return el('div', {class: 'facts'},
              el('div', {class: 'who'}, swatch, lehr.shortened(run.title, 200), run.name ? el('span', {class: 'what'}, ` ${run.id}`) : null,
                 el('span', {class: `status ${run.status}`}, run.status), ' ',
                 el('span', {class: 'what'}, `${lehr.shortened(run.model, 60)} on ${lehr.shortened(run.data, 120)}${started}`)),
              ended(run),
              run.note ? el('p', {class: 'note'}, run.note) : null,
              el('dl', {}, ...all.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))));
  }

  lehr.putSummary = () => {
    const title = lehr.runs.length > 1 ? `${lehr.runs.length} runs` : lehr.shortened(lehr.runs[0].title, 120);
    document.title = `${title} \u2013 lehr report`;
    document.getElementById('summary').replaceChildren(el('h1', {}, title),
                                                       el('div', {class: 'runs'}, ...lehr.runs.map(facts)));
  };
})();

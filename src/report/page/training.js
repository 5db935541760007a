// The results of all runs in shared charts.
(() => {
  const {el, LineChart} = lehr;

  // "training", preceded by the run's title if there are several runs.
  const named = (run, what) => lehr.runs.length > 1 ? lehr.lineName(run.label, what) : what;

  // Lines of all runs, or of their groups. Each of `kinds` is {what, style, colour, of}; `of` returns {x, y} of a run.
  function lines(kinds) {
    if (lehr.banded()) return kinds.flatMap(({what, style, of}) => lehr.groupLines({what, style}, of));
    return kinds.flatMap(({what, style, colour, of}) => coinciding(lehr.runs.map((run) => ({
      name: named(run, what),
      colour: lehr.runs.length > 1 ? lehr.runColour(run.group.number) : colour ?? lehr.runColour(0),
      style,
      ...of(run),
    }))));
  }

  // One chart for all kinds of lines, or a chart for each kind if there are many runs.
  function charts(options, kinds) {
    const count = lehr.banded() ? lehr.groups.length : lehr.runs.length;
    if (count <= 4 && !lehr.grouped) return [new LineChart({...options, series: lines(kinds)})];
    return kinds.map((kind) => new LineChart({...options, title: `${options.title}: ${kind.what}`, series: lines([{...kind, style: kind.clear ?? kind.style}])}));
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

  const ofEpochs = (name) => (run) => ({x: lehr.placed(run, run.epochs.batch), y: run.epochs[name]});
  const ofSteps = (name) => (run) => ({x: lehr.placed(run, run.steps.batch), y: run.steps[name]});
  const smoothedLoss = (run) => ({
    x: lehr.placed(run, run.steps.batch),
    y: lehr.smoothed(run.steps.batch, run.steps.meanLoss, lehr.view.smoothing),
  });
  const smoothing = () => lehr.view.smoothing > 0
      ? [{what: 'each batch, smoothed', style: 'line', colour: '#8a8178', of: smoothedLoss}] : [];

  // The metrics of the training set in evaluation mode after each epoch (--train-eval).
  const evaluated = 'train_eval_';
  const ofMetric = (name) => (run) => ({x: lehr.placed(run, run.epochs.batch), y: run.epochs.metrics[name]});
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
    ...charts({
      title: 'Loss',
      how: 'Lower is better. While both fall the network learns; if validation rises and training still falls, it ' +
          `learns by heart. ${averaged()}`,
      scale: lehr.view.logLoss ? 'log' : 'plain',
    }, [
      {what: 'each batch', style: 'faint', clear: 'line', colour: '#8a8178', of: ofSteps('loss')},
      ...smoothing(),
      {what: 'training', style: lehr.runs.length > 1 ? 'faint' : 'marks', clear: 'marks', colour: lehr.runColour(1), of: ofEpochs('trainLoss')},
      afterEpoch('loss'),
      {what: 'validation', style: 'marks', of: ofEpochs('validLoss')},
    ]),
    ...charts({
      title: 'Accuracy',
      how: `Share of images that are classified right. ${averaged()}`,
      percent: 2,
    }, [
      {what: 'training', style: lehr.runs.length > 1 ? 'faint' : 'marks', clear: 'marks', colour: lehr.runColour(1), of: ofEpochs('trainAccuracy')},
      afterEpoch('accuracy'),
      {what: 'validation', style: 'marks', of: ofEpochs('validAccuracy')},
    ]),
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

  const {last} = lehr;

  const tiles = (all) => el('dl', {}, ...all.map(([name, value, title]) => el('div', {title}, el('dt', {}, name), el('dd', {}, value))));

  const healthLine = ({health}) => {
    const text = health.problems.join('; ') || health.good;
    return text ? el('p', {class: `health ${health.problems.length ? 'ill' : 'well'}`}, text) : null;
  };

  const trainedFor = ({epochs}) => epochs.epoch.length ? epochs.trainSeconds.reduce((sum, seconds) => sum + seconds, 0) : NaN;
  const bestOf = ({epochs}) => {
    const best = epochs.validAccuracy.reduce((most, value) => value > most ? value : most, -1);
    return best < 0 ? NaN : best;
  };
  const flopsTitle = '3 \u00d7 forward pass \u00d7 images seen: the backward pass takes about two forward passes';

  // "98.1 \u00b1 0.2 %" over the runs that finished.
  function spread(runs, of, text) {
    const values = runs.map(of).filter(Number.isFinite);
    if (!values.length) return '\u2013';
    return values.length < 2 ? text(values[0]) : `${text(lehr.meanOf(values))} \u00b1 ${text(lehr.sdOf(values))}`;
  }

  // A group of several runs.
  function groupFacts({title, number, runs}) {
    const good = runs.filter((run) => !lehr.hasFailed(run));
    const ill = runs.filter(({health}) => health.problems.length);
    const health = ill.length ? `${ill.length} of ${runs.length} runs have a problem; ${ill[0].label}: ${ill[0].health.problems.join('; ')}`
                              : `${runs.length} of ${runs.length} runs are healthy`;
    const all = [
      ['validation accuracy', spread(good, ({epochs}) => last(epochs.validAccuracy), (value) => lehr.percent(value, 2))],
      ['best', spread(good, bestOf, (value) => lehr.percent(value, 2))],
      ['validation loss', spread(good, ({epochs}) => last(epochs.validLoss), lehr.number)],
      ['training loss', spread(good, ({epochs}) => last(epochs.trainLoss), lehr.number)],
      ['training time', spread(good, trainedFor, lehr.duration)],
      ['parameters', lehr.count(runs[0].parameters)],
      ['batch size', lehr.count(runs[0].batchSize)],
      ['training FLOPs', runs[0].flops ? lehr.flops(runs[0].flops) : '\u2013', flopsTitle],
    ];
    const rows = runs.map((run) => el('tr', {}, el('td', {}, lehr.shortened(run.label, 60)), el('td', {}, run.status),
        el('td', {class: 'number'}, lehr.percent(last(run.epochs.validAccuracy), 2)), el('td', {}, run.health.problems.join('; ') || run.health.good)));
    return el('div', {class: 'facts'},
              el('div', {class: 'who'}, el('i', {class: 'swatch', '--swatch': lehr.runColour(number)}), lehr.shortened(title, 200),
                 el('span', {class: 'what'}, ` ${runs.length} runs, ${lehr.shortened(runs[0].model, 60)} on ${lehr.shortened(runs[0].data, 120)}`)),
              el('p', {class: `health ${ill.length ? 'ill' : 'well'}`}, health),
              good.length < runs.length ? el('p', {class: 'note'}, `${runs.length - good.length} of ${runs.length} runs diverged or collapsed; they are in no mean.`) : null,
              tiles(all),
              el('details', {}, el('summary', {}, 'Single runs'), el('div', {class: 'scroll'}, el('table', {}, el('tbody', {}, ...rows)))));
  }

  // Text for people from "early_stopping: valid_loss has not improved ...".
  function ended(run) {
    const at = run.reason.indexOf(': ');
    if (at < 0) return null;
    const word = run.reason.slice(0, at).replace('_', ' ');
    return el('p', {class: 'note'}, `Ended by ${word}: ${run.reason.slice(at + 2)}`);
  }

  function facts(run) {
    const all = [
      ['validation accuracy', lehr.percent(last(run.epochs.validAccuracy), 2)],
      ['best', lehr.percent(bestOf(run), 2)],
      ['validation loss', lehr.number(last(run.epochs.validLoss))],
      ['training loss', lehr.number(last(run.epochs.trainLoss))],
      ['epochs', `${run.epochs.epoch.length} of ${run.epochsAsked}`],
      ['training time', lehr.duration(trainedFor(run))],
      ['parameters', lehr.count(run.parameters)],
      ['batch size', lehr.count(run.batchSize)],
    ];
    if (run.flops) all.push(['training FLOPs', lehr.flops(run.flops), flopsTitle]);
    if (run.statsShare > 0) all.push(['cost of watching', lehr.percent(run.statsShare)]);
    const [batches, records] = ['stats_batches', 'stats_records'].map((name) => Number(run.environment[name]));
    if (records > 0 && batches > records) all.push(['layers recorded', `1 batch in ${lehr.number(Math.round(batches / records))}`]);
    const swatch = lehr.runs.length > 1 ? el('i', {class: 'swatch', '--swatch': lehr.runColour(run.group.number)}) : null;
    const started = run.started ? `, ${new Date(1000 * run.started).toLocaleString('en-GB')}` : '';
    return el('div', {class: 'facts'},
              el('div', {class: 'who'}, swatch, lehr.shortened(run.title, 200), run.name ? el('span', {class: 'what'}, ` ${run.id}`) : null,
                 el('span', {class: `status ${run.status}`}, run.status), ' ',
                 el('span', {class: 'what'}, `${lehr.shortened(run.model, 60)} on ${lehr.shortened(run.data, 120)}${started}`)),
              healthLine(run),
              ended(run),
              run.note ? el('p', {class: 'note'}, run.note) : null,
              tiles(all));
  }

  lehr.putSummary = () => {
    const title = lehr.runs.length > 1 ? `${lehr.runs.length} runs` : lehr.shortened(lehr.runs[0].title, 120);
    document.title = `${title} \u2013 lehr report`;
    document.getElementById('summary').replaceChildren(el('h1', {}, title),
                                                       el('div', {class: 'runs'}, ...lehr.groups.map((group) => group.runs.length > 1 ? groupFacts(group) : facts(group.runs[0]))));
  };
})();

// One layer of several runs, side by side.
(() => {
  const {el, LineChart} = lehr;
  const most = 12;  // pictures
  let chosen = 0;   // the number of the layer
  let put = [];

  const kinds = [
    ['std', 'Spread of the activations', 'Standard deviation of the layer\u2019s output.'],
    ['mean', 'Mean of the activations', 'It should settle.'],
    ['nearZero', 'Share near zero', 'Activations of at most 0.05 in size. Near 100 % the layer is dead.', {percent: 1, range: [0, 1.02]}],
    ['activationGradient', 'Gradients of the activations', 'Their norm.', {scale: 'log'}],
    ['weightGradient', 'Gradients of the weights', 'Their norm as the optimizer sees it.', {scale: 'log'}],
    ['updateRatio', 'Update over weight', 'How much of itself the layer changes in one step.', {scale: 'log'}],
    ['weight', 'Norm of the weights', 'It grows while the layer learns.', {scale: 'log'}],
  ];

  function lines(name, scale) {
    const of = (run) => {
      const values = run.layers[chosen]?.series[name] ?? [];
      return {x: lehr.placed(run, run.points.batch), y: scale === 'log' ? values.map((value) => value > 0 ? value : NaN) : values};
    };
    if (lehr.banded()) return lehr.groupLines({}, of);
    return lehr.runs.map((run) => ({name: run.label, colour: lehr.runColour(run.group.number), ...of(run)}));
  }

  const recorded = () => lehr.runs.filter(({layers}) => layers.some(({series}) => Object.keys(series).length));

  // Layers are matched by their number, because their names depend on the network.
  function choice() {
    const count = Math.max(...recorded().map(({layers}) => layers.length));
    const select = el('select', {}, ...Array.from({length: count}, (_, i) => {
      const names = [...new Set(recorded().flatMap(({layers}) => layers[i] ? [`${layers[i].name}: ${layers[i].type}`] : []))];
      return el('option', {value: i, selected: i === chosen ? '' : null}, `${i + 1} \u2013 ${lehr.shortened(names.join(' or '), 60)}`);
    }));
    select.addEventListener('change', () => {
      chosen = Number(select.value);
      lehr.putCompared();
    });
    return el('label', {}, 'Layer ', select);
  }

  function pictures() {
    const all = lehr.groups.flatMap(({runs}) => runs.filter((run) => run.layers[chosen]?.picture?.columns > 0).slice(0, 1));
    return all.slice(0, most).map((run) => new lehr.HeatMap(run.layers[chosen], run, lehr.runColour(run.group.number), run.label));
  }

  lehr.putCompared = () => {
    const section = document.getElementById('compare');
    for (const one of put) one.remove();
    put = [];
    section.hidden = recorded().length < 2;
    if (section.hidden) return;
    section.querySelector('.controls').replaceChildren(choice());
    put = lehr.putCharts(section.querySelector('.charts'), kinds.map(([name, title, how, options = {}]) => new LineChart(
        {title, how, ...options, series: lines(name, options.scale)})));
    const maps = pictures();
    section.querySelector('.heat-maps').replaceChildren(...maps.map((map) => map.element));
    for (const map of maps) map.draw();
    put.push(...maps);
  };
})();

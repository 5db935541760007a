// What the layers of one run output, and how training changes them.
(() => {
  const {el, LineChart} = lehr;

  // Charts and pictures in which a layer can be highlighted; cleared when another run is shown.
  const choosable = new Set();
  let chosen = -1;

  function choose(number) {
    chosen = chosen === number ? -1 : number;
    for (const one of choosable) one.choose(chosen);
    for (const button of document.querySelectorAll('.key button')) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.layer) === chosen));
    }
    document.querySelectorAll('tr[data-layer]').forEach(
        (row) => row.classList.toggle('chosen', Number(row.dataset.layer) === chosen));
  }

  function key(run) {
    return run.layers.map((layer) => el('button', {
      type: 'button', 'aria-pressed': 'false', title: `${layer.name}: ${layer.type}`, 'data-layer': layer.number,
      '--swatch': lehr.layerColour(layer.number, run.layers.length), onclick: () => choose(layer.number),
    }, el('i', {class: 'swatch'}), lehr.shortened(layer.name, 40)));
  }

  // Whether a layer exploded. On a linear scale the other layers' lines would then be flat.
  function exploded(run, name) {
    const sizes = run.layers.flatMap(({series}) => [...(series[name] ?? [])]).map(Math.abs).filter(
        (size) => Number.isFinite(size) && size > 0);
    if (!sizes.length) return false;
    const places = [...sizes.keys()];
    const most = sizes.reduce((largest, size) => size > largest ? size : largest, 0);
    return most > 1000 * Math.max(lehr.medianAt(places, sizes), 0.1);
  }

  const lastFifth = (run) => {
    const places = lehr.lastFifth(run.points);
    return {when: 'median of the last fifth', of: ({y}) => lehr.medianAt(places, y)};
  };
  const highRate = (run) => {
    const places = lehr.atHighRate(run.points);
    return {when: 'median at high rates', of: ({y}) => lehr.medianAt(places, y)};
  };

  function chart(run, name, {title, how, rest = lastFifth(run), scale = 'plain', explodes = null, ...options}) {
    if (explodes && exploded(run, name)) {
      scale = explodes;
      how += ' The scale is logarithmic, since values of very different size occur.';
    }
    const placed = lehr.placed(run, run.points.batch);
    const series = run.layers.filter((layer) => layer.series[name]).map((layer) => ({
      name: layer.name,
      colour: lehr.layerColour(layer.number, run.layers.length),
      x: placed,
      // A logarithmic scale has no 0, so the line has a gap there.
      y: scale === 'log' ? layer.series[name].map((value) => value > 0 ? value : NaN) : layer.series[name],
      layer: layer.number,
    }));
    const validated = run.layers.filter((layer) => layer.validation?.[name]).map((layer) => ({
      name: `${layer.name}, validation`,
      colour: lehr.layerColour(layer.number, run.layers.length),
      x: lehr.placed(run, layer.validation.batch),
      y: layer.validation[name],
      style: 'marks',
      layer: layer.number,
    }));
    if (validated.length) how += ' Points: the validation set.';
    const one = new LineChart({title, how, series: [...series, ...validated], scale, rest, ...options});
    const choosePlain = one.choose.bind(one);
    one.choose = (number) => choosePlain(one.series.findIndex(({layer}) => layer === number));
    return one;
  }

  const activationCharts = (run) => [
    chart(run, 'std', {
      title: 'Spread of the activations',
      how: 'Standard deviation of each layer\u2019s output. Lines that stay apart by little and change slowly are ' +
          'healthy; lines that fall to 0 are layers that say nothing.',
      explodes: 'log',
    }),
    chart(run, 'mean', {
      title: 'Mean of the activations',
      how: 'Should settle. A mean that grows and then drops, again and again, is a training that crashes and starts over.',
      explodes: 'signed-log',
    }),
    chart(run, 'nearZero', {
      title: 'Share near zero',
      how: 'Activations of at most 0.05 in size. Near 100 % a layer is dead: nothing flows through it, forwards or back.',
      percent: 1,
      range: [0, 1.02],
    }),
  ];

  const gradientCharts = (run) => [
    chart(run, 'activationGradient', {
      title: 'Gradients of the activations',
      how: 'Their norm, on a logarithmic scale. Layers far below the others hardly learn (vanishing); a sudden rise warns of a ' +
          'divergence.',
      scale: 'log',
    }),
    chart(run, 'weightGradient', {
      title: 'Gradients of the weights',
      how: 'Their norm as the optimizer sees it, behind clipping.',
      scale: 'log',
    }),
    chart(run, 'updateRatio', {
      title: 'Update over weight',
      how: 'How much of itself a layer changes in one step. Judge it where the learning rate is high: it falls with the ' +
          'rate. There about 0.001 is usual; above 0.01 the rate is high, below 0.0001 it is low.',
      scale: 'log',
      rest: highRate(run),
    }),
    chart(run, 'weight', {
      title: 'Norm of the weights',
      how: 'Grows while a layer learns. Weights that only grow ask for weight decay.',
      scale: 'log',
    }),
  ];

  function command(text) { return el('code', {}, text); }

  function fill(section, run, charts) {
    const place = document.getElementById(section);
    const put = lehr.putCharts(place.querySelector('.charts'), charts);
    place.querySelector('.key').replaceChildren(...(put.length ? key(run) : []));
    for (const one of put) choosable.add(one);
    return put.length > 0;
  }

  function putHeatMaps(run) {
    const place = document.querySelector('#layers .heat-maps');
    const maps = run.layers.filter((layer) => layer.picture?.columns > 0).map(
        (layer) => new lehr.HeatMap(layer, run, lehr.layerColour(layer.number, run.layers.length)));
    place.replaceChildren(...maps.map((map) => map.element));
    for (const map of maps) {
      map.draw();
      choosable.add(map);
    }
    place.hidden = maps.length === 0;
    document.querySelectorAll('#layers > h3, #layers > h3 + .how').forEach((element) => element.hidden = !maps.length);
  }

  lehr.putLayers = (run) => {
    for (const one of choosable) one.remove();
    choosable.clear();
    chosen = -1;
    const watched = fill('layers', run, activationCharts(run));
    if (!watched) {
      document.querySelector('#layers .charts').replaceChildren(el('p', {class: 'note'},
          'The activations of this run were not recorded: train with ', command('--stats'), ' to see them here.'));
    }
    putHeatMaps(run);
    if (!fill('gradients', run, gradientCharts(run))) {
      document.querySelector('#gradients .charts').replaceChildren(el('p', {class: 'note'},
          'Gradients and updates of this run were not recorded: train with ', command('--stats --stats-gradients'),
          ' to see them here.'));
    }
  };
  lehr.chooseLayer = choose;
})();

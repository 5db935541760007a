// The network as a drawing and as a table, and the cost of its layers.
(() => {
  const {el, svg} = lehr;

  // The layers that each layer reads; -1 is the image.
  const readers = (run) => run.layers.map(({inputs}) => inputs.length ? inputs : [-1]);

  // The height of a block shows the height of the output, its width the number of channels.
  function boxOf(layer) {
    const [channels, height = 1] = layer.shape;
    return {width: 10 + 5 * Math.log2(1 + channels), height: 14 + 9 * Math.log2(Math.max(height, 1))};
  }

  function drawing(run) {
    const gap = 30;
    const boxes = run.layers.map(boxOf);
    const tallest = Math.max(60, ...boxes.map(({height}) => height));
    const inputs = readers(run);
    const longest = Math.max(1, ...inputs.map((all, i) => i - Math.min(...all)));
    const above = longest > 1 ? 34 : 8;
    const middle = above + tallest / 2;
    let x = 56;
    for (const box of boxes) {
      box.x = x;
      x += box.width + gap;
    }
    // Names are slanted if they would overlap.
    const longestName = Math.max(...run.layers.map(({name}) => Math.min(Array.from(name).length, 24)));
    const aslant = boxes.some(({width}) => 6.5 * longestName > width + gap);
    const height = above + tallest + 46 + (aslant ? 3.4 * longestName : 0);
    if (aslant) x += 5.6 * longestName;
    const picture = svg('svg', {viewBox: `0 0 ${x} ${height}`, width: x, height, role: 'img', 'aria-label': 'The network, layer by layer'});
    const line = {fill: 'none', stroke: 'var(--soft)', 'stroke-width': 1};
    inputs.forEach((all, i) => {
      for (const from of all) {
        const start = from < 0 ? 44 : boxes[from].x + boxes[from].width;
        const end = boxes[i].x;
        const high = middle - tallest / 2 - 12;
        picture.append(svg('path', {
          ...line,
          d: from >= i - 1 ? `M${start},${middle} H${end}` : `M${start},${middle} C${start + 14},${high} ${end - 14},${high} ${end},${middle}`,
        }));
      }
    });
    picture.append(svg('text', {x: 4, y: middle + 4}, 'image'));
    run.layers.forEach((layer, i) => {
      const {x: left, width, height: tall} = boxes[i];
      const colour = lehr.layerColour(i, run.layers.length);
      const block = svg('g', {}, svg('title', {}, `${layer.name}: ${layer.type}, ${layer.shape.join(' \u00d7 ')}`),
                        svg('rect', {x: left, y: middle - tall / 2, width, height: tall, rx: 3, fill: colour, 'fill-opacity': 0.75}));
      const centre = left + width / 2;
      const caption = (text, y, attributes) => svg('text', {x: centre, y, 'text-anchor': 'middle', ...attributes}, text);
      const size = layer.shape.length > 1 ? `${layer.shape[0]}\u00d7${layer.shape[1]}\u00b2` : String(layer.shape[0] ?? '');
      const below = middle + tallest / 2 + 16;
      const turned = {'text-anchor': 'start', transform: `rotate(32 ${centre} ${below + 14})`};
      block.append(caption(size, below, {class: 'small'}),
                   caption(lehr.shortened(layer.name, 24), below + 14, aslant ? turned : {}));
      picture.append(block);
    });
    return picture;
  }

  // The values of the last batch by size, negative ones on the left.
  function valuesOf({lastValues}) {
    if (!lastValues) return '';
    const {from, width, counts} = lastValues;
    const most = Math.max(...counts.map(Math.sqrt));
    const step = 120 / counts.length;
    const picture = svg('svg', {width: 120, height: 22, class: 'values', role: 'img', 'aria-label': 'values in the last batch'});
    picture.append(svg('title', {}, `${lehr.number(from)} to ${lehr.number(from + width * counts.length)} (heights are square roots)`));
    counts.forEach((count, i) => {
      const height = 21 * Math.sqrt(count) / most;
      picture.append(svg('rect', {x: i * step, y: 22 - height, width: Math.max(step - 0.3, 0.6), height}));
    });
    return picture;
  }

  const cell = (value) => el('td', {class: 'number'}, value);
  // The numbers of the channels are the cell's title.
  const deadCell = ({deadChannels}) => deadChannels
      ? el('td', {class: 'number', title: deadChannels.dead.join(', ')}, `${deadChannels.dead.length} of ${deadChannels.channels}`)
      : cell('');
  const head = (...names) => el('tr', {}, ...names.map((name, i) => el('th', {class: i > 1 ? 'number' : ''}, name)));

  function table(run) {
    const rows = run.layers.map((layer) => el('tr', {'data-layer': layer.number},
        el('td', {}, el('i', {class: 'swatch', '--swatch': lehr.layerColour(layer.number, run.layers.length)}),
           lehr.shortened(layer.name, 60)),
        el('td', {}, lehr.shortened(layer.type, 60)), cell(layer.shape.join(' \u00d7 ')), cell(lehr.count(layer.parameters)),
        cell(lehr.number(layer.flops / 1e6)), cell(layer.receptiveField > 0 ? lehr.count(layer.receptiveField) : '\u2013'),
        el('td', {}, valuesOf(layer)), cell(layer.nonFinite > 0 ? lehr.count(layer.nonFinite) : ''), deadCell(layer)));
    const broken = run.layers.some(({nonFinite}) => nonFinite > 0);
    const counted = run.layers.some(({deadChannels}) => deadChannels);
    const shown = run.layers.some(({lastValues}) => lastValues);
    const names = ['layer', 'is', 'output', 'parameters', 'MFLOP an image', 'sees pixels'];
    return el('div', {class: 'scroll tall'}, el('table', {}, el('thead', {}, head(...names, shown ? 'values at the end' : '', broken ? 'not finite' : '', counted ? 'dead channels' : '')),
                                                el('tbody', {}, ...rows)));
  }

  const meter = (share, colour) => el('td', {}, el('div', {class: 'meter', '--fill': colour},
                                                   el('i', {style: `width:${(100 * Math.min(Math.max(share, 0), 1)).toFixed(1)}%`})));

  // Predicted time: the total measured time, divided among the layers by their multiply-adds.
  function times(run) {
    const measured = run.layers.map(({forward, backward}) => forward + backward);
    const total = measured.reduce((sum, seconds) => sum + seconds, 0);
    const flops = run.layers.reduce((sum, layer) => sum + layer.flops, 0);
    if (!(total > 0) || !(flops > 0)) return null;
    const predicted = run.layers.map((layer) => total * layer.flops / flops);
    const most = Math.max(...measured, ...predicted);
    const rows = run.layers.map((layer, i) => el('tr', {'data-layer': layer.number}, el('td', {}, lehr.shortened(layer.name, 40)),
        cell(lehr.duration(layer.forward)), cell(lehr.duration(layer.backward)), meter(measured[i] / most, 'var(--accent)'),
        cell(lehr.duration(predicted[i])), meter(predicted[i] / most)));
    return el('figure', {}, el('h3', {}, 'Time of a batch'),
        el('p', {class: 'how'}, 'Measured, and as it would be if time went by multiply-adds alone. A layer that takes longer than ' +
           'predicted waits for memory or is too small to keep the cores busy.'),
        el('div', {class: 'scroll tall'}, el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, 'layer'), el('th', {class: 'number'}, 'forward'),
           el('th', {class: 'number'}, 'backward'), el('th', {}, 'measured'), el('th', {class: 'number'}, 'predicted'), el('th', {}, ''))),
           el('tbody', {}, ...rows))));
  }

  function memory(run) {
    const total = run.layers.reduce((sum, layer) => sum + layer.bytes, 0);
    if (!(total > 0)) return null;
    const most = Math.max(...run.layers.map(({bytes}) => bytes));
    const rows = run.layers.map((layer) => el('tr', {'data-layer': layer.number}, el('td', {}, lehr.shortened(layer.name, 40)),
                                              cell(lehr.bytes(layer.bytes)), meter(layer.bytes / most, 'var(--accent)')));
    const [planned, before, peak] = ['planned', 'before', 'peak'].map((name) => Number(run.environment[`memory_${name}`]));
    const whole = planned > 0 && peak > 0
        ? `Predicted for the whole training: ${lehr.bytes(planned)}; measured: ${lehr.bytes(peak - before)}, on top of ` +
            `${lehr.bytes(before)} for the program and the data.`
        : '';
    return el('figure', {}, el('h3', {}, 'Memory of a batch'),
              el('p', {class: 'how'}, `What each layer puts out and holds for the way back. ${whole}`),
              el('div', {class: 'scroll tall'}, el('table', {}, el('tbody', {}, ...rows))));
  }

  lehr.putNetwork = (run) => {
    const place = document.getElementById('network');
    place.hidden = run.layers.length === 0;
    if (place.hidden) return;
    place.querySelector('.drawing').replaceChildren(
        el('p', {class: 'how'}, 'Height is the size of the picture that a layer puts out, width its number of channels.'),
        el('div', {class: 'scroll'}, drawing(run)));
    place.querySelector('.table').replaceChildren(table(run));
    const costs = place.querySelector('.costs');
    costs.className = 'costs columns';
    costs.replaceChildren(...[times(run), memory(run)].filter(Boolean));
  };
})();

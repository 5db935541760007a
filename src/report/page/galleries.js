// Pictures, the classes' sizes, and the settings.
(() => {
  const {el} = lehr;

  const image = (png, alt) => el('img', {src: `data:image/png;base64,${png}`, alt, loading: 'lazy'});

  // `beside`: a second picture of the same size.
  const figure = ({png, caption, kind, beside}) => el('figure', {class: beside || !['sample', 'top_loss'].includes(kind) ? 'wide' : ''},
      beside ? el('div', {class: 'pair'}, image(png, caption), image(beside, '')) : image(png, caption),
      el('figcaption', {title: caption}, lehr.shortened(caption, 120)));

  // Groups of {title, how, pictures}. Groups without pictures are left out.
  lehr.putGallery = (place, groups) => {
    const full = groups.filter(({pictures}) => pictures.length);
    place.replaceChildren(...full.flatMap(({title, how, pictures}) => [
      el('h3', {}, title), el('p', {class: 'how'}, how), ...pictures.map(figure),
    ]));
    return full.length > 0;
  };

  const ofKind = (run, kind) => run.pictures.filter((picture) => picture.kind === kind);

  lehr.putMaps = (run) => {
    const section = document.getElementById('maps');
    section.hidden = !lehr.putGallery(section.querySelector('.gallery'), [
      {
        title: 'Filters of the first layer',
        how: 'Each tile is one filter, dark where it counts against and bright where it counts for. Edges and blobs are good; ' +
            'noise has not learnt.',
        pictures: ofKind(run, 'filters'),
      },
      {
        title: 'Feature maps',
        how: 'What each layer makes of one validation image, a tile a channel. Black tiles answer to nothing in this image.',
        pictures: ofKind(run, 'feature_map'),
      },
    ]);
  };

  function balance(run) {
    const counts = run.classCounts;
    if (!counts.length) return [];
    const most = Math.max(...counts, 1);
    const rows = counts.map((count, i) => el('tr', {}, el('td', {}, lehr.shortened(run.classes[i] ?? String(i), 80)),
        el('td', {class: 'number'}, lehr.count(count)),
        el('td', {}, el('div', {class: 'meter', '--fill': 'var(--accent)'}, el('i', {style: `width:${100 * count / most}%`})))));
    return [el('h3', {}, 'Images of each class'),
            el('p', {class: 'how'}, 'Of the training set. A class with few images beside the others is learnt last and worst.'),
            el('table', {}, el('tbody', {}, ...rows))];
  }

  lehr.putData = (run) => {
    const section = document.getElementById('data');
    section.querySelector('.balance').replaceChildren(...balance(run));
    const pictures = lehr.putGallery(section.querySelector('.gallery'), [{
      title: 'As the network sees them',
      how: 'From the first batch, behind augmentation. If you cannot tell what they show, neither can the network.',
      pictures: ofKind(run, 'sample'),
    }]);
    section.hidden = !pictures && !run.classCounts.length;
  };

  lehr.putSettings = (run) => {
    const measured = /^(memory|stats|input|valid_input|label|init|start)_/;
    const rows = Object.entries(run.environment).filter(([name]) => !measured.test(name)).map(
        ([name, value]) => el('tr', {}, el('td', {}, lehr.shortened(name, 60)), el('td', {}, value)));
    document.querySelector('#settings .columns').replaceChildren(
        el('div', {}, el('h3', {}, 'Options'), run.config ? el('pre', {}, run.config) : el('p', {class: 'note'}, 'Not recorded.')),
        el('div', {}, el('h3', {}, 'Machine'), el('table', {}, el('tbody', {}, ...rows))));
  };
})();

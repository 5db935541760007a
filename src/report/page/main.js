// Draws the page, and redraws it if the colour scheme or the width changes.
(() => {
  const {el} = lehr;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  let shown = 0;  // index of the run whose layers are shown
  let training = [];

  function putTraining() {
    for (const chart of training) chart.remove();
    training = lehr.putCharts(document.querySelector('#training .charts'), lehr.trainingCharts());
    document.getElementById('training').hidden = training.length === 0;
  }

  function putRun() {
    const run = lehr.runs[shown];
    lehr.putDiagnosis(run);
    lehr.putLayers(run);
    lehr.putNetwork(run);
    lehr.putMistakes(run);
    lehr.putMaps(run);
    lehr.putData(run);
    lehr.putSettings(run);
  }

  function putContents() {
    const sections = [...document.querySelectorAll('section[data-title]')].filter((section) => !section.hidden);
    document.getElementById('contents').replaceChildren(
        ...sections.map((section) => el('a', {href: `#${section.id}`}, section.dataset.title)));
  }

  function put(scheme) {
    document.documentElement.dataset.scheme = scheme;
    lehr.putSummary();
    lehr.putControls();
    putTraining();
    lehr.putCompared();
    putRun();
    putContents();
  }

  function putChoice() {
    const label = document.getElementById('run-choice');
    label.hidden = lehr.runs.length < 2;
    const select = label.querySelector('select');
    select.append(...lehr.runs.map((run, number) => el('option', {value: number}, lehr.shortened(run.label, 60))));
    select.addEventListener('change', () => {
      shown = Number(select.value);
      putRun();
      putContents();
    });
  }

  const schemeNow = () => dark.matches ? 'dark' : 'light';
  lehr.redraw = () => put(schemeNow());
  putChoice();
  put(schemeNow());
  dark.addEventListener('change', () => put(schemeNow()));
  window.addEventListener('beforeprint', () => put('light'));
  window.addEventListener('afterprint', () => put(schemeNow()));

  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    for (const chart of lehr.timeline.charts) chart.zoom();
    lehr.redrawMistakes();
  });
  document.documentElement.dataset.ready = 'yes';
})();

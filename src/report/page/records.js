// The data of the page, written by src/report/page_data.cpp. Numbers are base64 of their bytes.
'use strict';
const lehr = {};

(() => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const doubles = (text) => new Float64Array(bytes(text).buffer);

  function lines(data) {
    return {
      batch: doubles(data.batch),
      loss: floats(data.loss),
      lr: floats(data.lr),
      momentum: floats(data.momentum),
      meanLoss: floats(data.meanLoss ?? data.loss),  // since the point before
    };
  }

  function layer(data, number) {
    const series = {};
    for (const [name, value] of Object.entries(data.series)) {
      if (typeof value === 'string') series[name] = floats(value);
    }
    const picture = data.series.picture;
    const validation = data.validation && {batch: doubles(data.validation.batch)};
    for (const name of validation ? ['mean', 'std', 'nearZero'] : []) validation[name] = floats(data.validation[name]);
    return {
      ...data,
      number,
      series,
      validation,
      picture: picture && {...picture, bytes: bytes(picture.bytes), beyond: bytes(picture.beyond)},
      lastValues: data.series.lastValues,
    };
  }

  function finding(data) {
    const {chart} = data;
    return {...data, chart: chart && {...chart, batches: doubles(chart.batches), values: doubles(chart.values)}};
  }

  function run(data) {
    const epochs = {...data.epochs, metrics: {}};
    for (const [name, value] of Object.entries(data.epochs)) {
      if (typeof value === 'string') epochs[name] = doubles(value);
    }
    for (const [name, value] of Object.entries(data.epochs.metrics)) epochs.metrics[name] = doubles(value);
    return {
      ...data,
      title: data.name || data.id,
      findings: {...data.findings, causes: data.findings.causes.map(finding)},
      steps: lines(data.steps),
      epochs,
      points: lines(data.layers.points),
      layers: data.layers.list.map(layer),
    };
  }

  lehr.runs = JSON.parse(document.getElementById('records').textContent).map(run);
})();

#pragma once

#include <string_view>

namespace lehr::run {

/// The style of the page of a data set: that of a report (src/report/page/page.css), without scripts.
inline constexpr std::string_view data_page_style = R"css(:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #ffffff; --ink: #22201d; --soft: #6d675f; --line: #e3dfd8; --grid: #eeebe5;
  --accent: #c2410c; --good: #3f7d20; --bad: #b42318; --bar: #d9cfc1; --shadow: 0 1px 2px rgb(60 40 20 / 7%);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16161a; --card: #1e1e23; --ink: #e9e5de; --soft: #a39d93; --line: #34333a; --grid: #2a2a30;
    --accent: #fb923c; --good: #8fce68; --bad: #ff8a7a; --bar: #4b463f; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
header { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line); }
.bar { max-width: 78rem; margin: auto; padding: .55rem 1.25rem; display: flex; gap: 1.25rem; align-items: center; flex-wrap: wrap; }
.brand { font-weight: 700; font-size: 1.1rem; color: var(--accent); }
.brand span { color: var(--soft); font-weight: 400; }
nav { display: flex; gap: 1rem; flex-wrap: wrap; }
nav a { color: var(--soft); text-decoration: none; font-size: .9rem; }
nav a:hover, nav a:focus-visible { color: var(--ink); text-decoration: underline; }
main { max-width: 78rem; margin: auto; padding: 0 1.25rem 4rem; }
section { padding-top: 1.75rem; }
h1 { font-size: 1.7rem; margin: 1.25rem 0 .6rem; line-height: 1.25; }
h2 { font-size: 1.3rem; margin: 0 0 .5rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
.lead { color: var(--soft); margin: .25rem 0 .75rem; max-width: 62rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; box-shadow: var(--shadow); min-width: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .5rem .75rem; margin: 0; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.found { list-style: none; margin: .75rem 0 0; padding: 0; }
.found li { padding-left: 1.1rem; text-indent: -1.1rem; }
.found li::before { content: "\25CF"; display: inline-block; width: 1.1rem; text-indent: 0; font-size: .8em; }
.ill { color: var(--bad); }
.well { color: var(--good); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1rem; align-items: start; }
.columns h3:first-child { margin-top: 0; }
.classes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .75rem; }
.classes .card { padding: .6rem .75rem; }
.tall { max-height: 46rem; overflow: auto; padding: .1rem; }
.name { font-weight: 600; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.counts { color: var(--soft); font-size: .84rem; font-variant-numeric: tabular-nums; }
.meter { height: .35rem; background: var(--grid); border-radius: .2rem; margin: .25rem 0 .5rem; overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--accent); }
.strip { display: flex; flex-wrap: wrap; gap: .35rem; }
.strip .frame { width: 4.6rem; height: 4.6rem; }
.frame { display: flex; align-items: center; justify-content: center; background: var(--grid); border-radius: .3rem; overflow: hidden; }
.frame img { display: block; max-width: 100%; max-height: 100%; }
.frame img.small { image-rendering: pixelated; width: 100%; height: 100%; object-fit: contain; }
.frame span { color: var(--soft); font-size: .76rem; padding: .25rem; text-align: center; }
.groups, .pictures { display: flex; flex-wrap: wrap; gap: .75rem; align-items: start; }
.why { display: flex; flex-wrap: wrap; gap: .25rem .5rem; font-size: .8rem; margin-bottom: .6rem; }
.why span { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; color: var(--soft); }
.why .ill { color: var(--bad); }
figure { margin: 0; width: 8.4rem; min-width: 0; }
figure .frame { width: 8.4rem; height: 8.4rem; }
figcaption { font-size: .76rem; line-height: 1.35; margin-top: .3rem; }
figcaption b, figcaption span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
figcaption span { color: var(--soft); -webkit-line-clamp: 4; }
table { border-collapse: collapse; font-size: .88rem; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: .28rem .7rem .28rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr > :last-child { padding-right: 0; }
.reasons td:first-child { white-space: nowrap; }
.reasons td:nth-child(2) { min-width: 9rem; }
.more { color: var(--soft); font-size: .9rem; margin: .75rem 0 0; }
@media (max-width: 40rem) {
  header { position: static; }
  html { scroll-padding-top: 0; }
  .bar, main { padding-left: .75rem; padding-right: .75rem; }
  figure, figure .frame { width: 6.6rem; }
  figure .frame { height: 6.6rem; }
}
@media print {
  header { position: static; }
  nav { display: none; }
  main { max-width: none; }
  .card { break-inside: avoid; }
  .tall { max-height: none; overflow: visible; }
}
)css";

}  // namespace lehr::run

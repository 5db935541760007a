#pragma once

#include <string_view>

namespace lehr::labs {

/// The style of lab pages: light and dark, for screens of any width and for paper.
inline constexpr std::string_view page_style = R"css(:root{color-scheme:light dark;--ink:#222;--soft:#5a5f68;
--paper:#fff;--panel:#f4f6f9;--line:#d9dde3;--accent:#0072b2}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a7adb6;--paper:#16181d;
--panel:#1f232b;--line:#363c47;--accent:#56b4e9}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:1rem 1rem 4rem}
nav{font-size:.9rem;display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding-bottom:.5rem;border-bottom:1px solid var(--line)}
a{color:var(--accent);overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25;margin:1.2rem 0 .3rem}
h2{font-size:1.2rem;margin:2.2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
.subtitle{color:var(--soft);margin-top:0}
.answer{background:var(--panel);border-left:4px solid var(--accent);padding:.6rem 1rem;margin:1rem 0}
.answer ul{margin:0;padding-left:1.1rem}
figure{margin:1.2rem 0}
figure svg{display:block;max-width:100%;height:auto}
figcaption{font-size:.9rem;color:var(--soft);margin-top:.3rem}
figure.table{overflow-x:auto}
figure.table figcaption{margin:0 0 .3rem}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0}
td{white-space:nowrap}
td.long{white-space:normal;min-width:14rem;text-align:left}
thead th{color:var(--soft);font-weight:600}
pre{background:var(--panel);padding:.7rem .9rem;overflow-x:auto;font-size:.85rem;line-height:1.4}
code{font-family:ui-monospace,monospace;font-size:.92em}
figure.pictures{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-end}
figure.pictures div{display:flex;flex-direction:column;gap:.2rem;font-size:.85rem}
figure.pictures img{image-rendering:pixelated;max-width:100%}
figure.pictures figcaption{flex-basis:100%}
@media print{body{font-size:11pt}section,figure{break-inside:avoid}a{color:inherit}nav{display:none}}
)css";

}  // namespace lehr::labs

"""A comparison for people: one HTML page with its figures inside and no network; and what MLflow keeps of a training's."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from jinja2 import Environment, StrictUndefined

from models import plots
from models.backtest import KNOWN
from models.compare import Claim, Comparison, Difference
from models.registry import ABOUT, ROWS

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 15px/1.5 system-ui, "Noto Sans CJK KR", "Malgun Gothic", sans-serif; color: #222; background: #fff;
  max-width: 1080px; margin: 2em auto; padding: 0 1.5em; }
h1 { font-size: 1.5em; margin-bottom: 0; } h2 { font-size: 1.15em; margin: 2em 0 .3em; }
.about, .note { color: #666; margin-top: .2em; } .note { font-size: .9em; max-width: 75ch; }
.verdict { padding: .5em .8em; margin: .4em 0; border-left: 4px solid #767676; background: #f6f6f6; }
.verdict.better { border-color: #009E73; } .verdict.worse { border-color: #D55E00; }
table { border-collapse: collapse; font-size: .9em; margin: .6em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2em .8em .2em 0; text-align: right; border-bottom: 1px solid #e4e4e4; }
th { color: #666; font-weight: 600; } .text { text-align: left; }
td.better { color: #00724f; font-weight: 600; } td.worse { color: #a84300; font-weight: 600; }
td.few { color: #888; }
svg { width: 100%; height: auto; }
@media print { body { margin: 0; font-size: 12px; } h2 { break-after: avoid; } svg, table { break-inside: avoid; } }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p class="about">Reference: <b>{{ c.reference }}</b>. {{ "{:,}".format(c.rows) }} rows of
{{ "{:,}".format(c.units) }} assets, {{ "{:,}".format(c.failures) }} failures, known assets at later dates;
horizons {{ c.horizons_d | join(", ") }} {{ c.time_unit }}.{% if c.runs %} Trainings: {{ c.runs | join("; ") }}.{% endif %}</p>

{% for name, text in c.sentences.items() %}<p class="verdict {{ main[name].finding }}">{{ text }}</p>
{% endfor %}
<p class="note">Differences are candidate minus reference on the same rows, with 95 % bootstrap intervals over assets. An
interval holds for its own comparison; what is promoted is decided by the gate, which corrects for how many compete.</p>

<h2>By how much</h2>
{{ figures.forest | safe }}
<table>
<tr><th class="text">candidate</th><th class="text">score</th><th>reference</th><th>candidate</th><th>difference</th>
<th>95 %</th><th>failures</th><th class="text">finding</th>
<th>assets never seen</th><th>95 %</th><th class="text">finding</th></tr>
{% for d in known %}<tr><td class="text">{{ d.candidate }}</td><td class="text">{{ label(d) }}</td>
<td>{{ number(d.reference_score) }}</td><td>{{ number(d.score) }}</td><td>{{ signed(d.difference.value) }}</td>
<td>{{ interval(d.difference) }}</td><td>{{ "{:,}".format(d.difference.failures) }}</td>
<td class="text {{ css(d.finding) }}">{{ d.finding }}</td>{% set u = unseen.get((d.candidate, d.metric, d.horizon_d)) %}
{% if u %}<td>{{ signed(u.difference.value) }}</td><td>{{ interval(u.difference) }}</td>
<td class="text {{ css(u.finding) }}">{{ u.finding }}</td>
{% else %}<td></td><td></td><td class="text few">not tested</td>{% endif %}</tr>
{% endfor %}</table>
<p class="note">Of O/E (observed over expected failures; 1 is right, above 1 promises too long a life) the difference is in
|log O/E|, the distance from 1. For assets never seen: trained without their equipment, as for a new firm.</p>

<h2>For whom</h2>
{{ figures.for_whom | safe }}
<p class="note">Difference in integrated Brier within equipment class, source and age, in brackets the failures. Intervals
are widened so that all groups of a kind hold together. Under 20 assets or 20 failures: too few to tell.</p>

<h2>Are the probabilities right</h2>
{{ figures.calibration | safe }}
<p class="note">Rows in ten parts of rising predicted probability against the share that failed (Kaplan–Meier). Below the
diagonal: it foresaw too many failures.</p>
{{ figures.d_calibration | safe }}
<p class="note">D-calibration (Haider et al. 2020): a tenth of the rows should end in each tenth of their predicted
survival. Dark: failures seen; pale: censored rows, spread as the model itself would; grey ground: under 20 failures seen, not
judged. A small p speaks against the model; where little was seen, a
large one says little.</p>

<h2>Survival, observed and predicted</h2>
{{ figures.survival | safe }}

<h2>Intervals: coverage by horizon</h2>
{{ figures.coverage | safe }}
<ul class="note">{% for name, text in c.checkable.items() %}<li><b>{{ name }}</b>: {{ text }}</li>
{% endfor %}</ul>
<p class="note">Only rows whose predicted {{ c.time_unit }} lie within the horizon can be held to them; of the others nothing is
claimed.</p>

<h2>What it is worth</h2>
{{ figures.decision | safe }}
<table>
<tr><th class="text">candidate</th><th>within</th><th>a job from</th><th>reference</th><th>candidate</th>
<th>per 1,000 assets</th><th>95 %</th><th class="text">finding</th></tr>
{% for g in c.gains %}<tr><td class="text">{{ g.candidate }}</td><td>{{ g.horizon_d }} d</td>
<td>{{ "{:.0%}".format(g.threshold) }}</td>
<td>{{ number(g.reference_benefit) }}</td><td>{{ number(g.benefit) }}</td>
<td>{{ "{:+.1f}".format(1000 * g.difference.value) }}</td><td>{{ interval(g.difference, 1000) }}</td>
<td class="text {{ css(g.finding) }}">{{ g.finding }}</td></tr>
{% endfor %}</table>
<p class="note">Net benefit: failures met per row, less needless jobs at the odds of the probability from which a job is
planned (Vickers); planning nothing is 0. Per 1,000 assets: failures met more than with the reference, at no more needless
jobs. Probabilities from {{ c.thresholds_from }}.</p>
</body>
</html>
"""


def page(found: Comparison, figures: Mapping[str, str]) -> str:
    """The comparison as one HTML page, with the figures of `plots.figures`."""
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(TEMPLATE)
    known = [d for d in found.differences if d.test == KNOWN]
    return template.render(
        c=found,
        title=f"{found.population}: {_against(found)}",
        main={d.candidate: d for d in known if d.metric == "integrated_brier"},
        known=known,
        unseen={(d.candidate, d.metric, d.horizon_d): d for d in found.differences if d.test != KNOWN},
        figures=figures,
        label=_label,
        number="{:.4f}".format,
        signed="{:+.4f}".format,
        interval=interval,
        css=lambda finding: finding if finding in ("better", "worse") else "few",
    )


def interval(claim: Claim, times: float = 1.0) -> str:
    """A claim's interval, or why there is none."""
    if claim.low is None or claim.high is None:
        return claim.reason
    places = ".4f" if times == 1.0 else ".1f"
    return f"{times * claim.low:+{places}} to {times * claim.high:+{places}}"


def keep(folder: Path, rows: pd.DataFrame, found: Comparison) -> None:
    """Write what is kept of a training's comparison: rows, what they are of, page and figures; the folder is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    floats = {c: "float32" for c in rows.columns if "." in c}
    rows.astype(floats).to_parquet(folder / ROWS, compression="zstd", index=False)
    about = {
        "population": found.population,
        "reference": found.reference,
        "candidates": found.candidates,
        "horizons_d": found.horizons_d,
        "time_unit": found.time_unit,
    }
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
    figures = plots.figures(found)
    (folder / "compare.html").write_text(page(found, figures), encoding="utf-8")
    for name, svg in figures.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


def _against(found: Comparison) -> str:
    others = found.candidates[1:]
    return f"{' and '.join(others) if len(others) <= 2 else f'{len(others)} candidates'} against {found.reference}"


def _label(of: Difference) -> str:
    return f"O/E at {of.horizon_d} d" if of.metric == "observed_expected" else plots.METRICS[of.metric]

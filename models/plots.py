"""The figures of a comparison, as SVG: small, without network, with text as text (the reader's font draws it).

Colours are told apart by the colour-blind (Okabe and Ito); the reference is grey throughout.
"""

import io
import math
import re
import zlib
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from models.backtest import KNOWN
from models.compare import BINS, CURVE, Claim, Comparison, Finding

GREY = "#767676"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C564B", "#999933")
OF_FINDING: dict[Finding, str] = {
    "better": "#009E73",
    "worse": "#D55E00",
    "not shown": GREY,
    "the same": GREY,
    "too few to tell": "#BBBBBB",
}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "yeji",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#999999",
    "path.simplify": True,
}
MANY = 4
"""More candidates than this are shown at the longest horizon only, where a figure has a panel for each."""

WIDTH = 10.0
"""Inches; the page scales it to its own width."""

SHORTER = {
    r"<!--.*?-->": "",
    r"font-family: [^;\"]+": "font-family: sans-serif",
    r'<g id="[^"]*">': "<g>",
    r' transform="rotate\(-0 [^)]*\)"': "",
    r"\s*\n\s*": " ",
}
"""What matplotlib writes that no reader needs, and what stands for it."""

LONG_NUMBER = re.compile(r"\d+\.\d{2,}")

METRICS = {
    "integrated_brier": "integrated Brier",
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "observed_expected": "|log O/E|",
}


def figures(found: Comparison) -> dict[str, str]:
    """Every figure of a comparison as SVG, by its name."""
    drawn = {
        "forest": forest,
        "for_whom": for_whom,
        "calibration": calibration,
        "d_calibration": d_calibration,
        "survival": survival,
        "coverage": coverage,
        "decision": decision,
    }
    with matplotlib.rc_context(STYLE):
        return {name: _svg(draw(found)) for name, draw in drawn.items()}


def forest(found: Comparison) -> Figure:
    """Each metric's difference from the reference: a panel per metric, a line per candidate."""
    told = [d for d in found.differences if d.test == KNOWN]
    metrics = list(dict.fromkeys((d.metric, d.horizon_d) for d in told))
    names = found.candidates[1:]
    figure, axes = _grid(len(metrics), columns=3, height=0.75 + 0.3 * len(names))
    for ax, (metric, horizon_d) in zip(axes, metrics, strict=True):
        at_horizon = f" at {horizon_d} {found.time_unit}" if metric == "observed_expected" else ""
        is_c = metric.endswith("_c")
        ax.set_title(f"{METRICS[metric]}{at_horizon} ({'right' if is_c else 'left'} is better)")
        lines = [d for name in names for d in told if (d.candidate, d.metric, d.horizon_d) == (name, metric, horizon_d)]
        _lines(ax, [d.candidate for d in lines], [d.difference for d in lines], [d.finding for d in lines])
    return figure


def for_whom(found: Comparison) -> Figure:
    """The difference in integrated Brier by group: a panel per candidate."""
    names = found.candidates[1:]
    rows = max((sum(g.candidate == name for g in found.groups) for name in names), default=1)
    figure, axes = _grid(len(names), columns=min(3, max(len(names), 1)), height=0.9 + 0.19 * max(rows, 3))
    for ax, name in zip(axes, names, strict=True):
        groups = [g for g in found.groups if g.candidate == name]
        ax.set_title(f"{name} − {found.reference} (left is better)")
        is_first = ax.get_subplotspec().is_first_col()
        labels = [f"{g.group} ({g.difference.failures:,})" if is_first else "" for g in groups]
        _lines(ax, labels, [g.difference for g in groups], [g.finding for g in groups])
        for before, after in zip(range(len(groups)), range(1, len(groups)), strict=False):
            if groups[before].kind != groups[after].kind:
                ax.axhline(before + 0.5, color="#CCCCCC", linewidth=0.8)
    return figure


def calibration(found: Comparison) -> Figure:
    """Predicted against observed by decile: a row per candidate, a column per horizon; of many candidates the longest
    horizon alone."""
    is_many = len(found.candidates) > MANY
    horizons = found.horizons_d[-1:] if is_many else found.horizons_d
    columns = 4 if is_many else len(horizons)
    figure, axes = _grid(len(found.candidates) * len(horizons), columns, height=2.1)
    for ax, (name, h) in zip(axes, ((n, h) for n in found.candidates for h in horizons), strict=True):
        deciles = [d for d in found.calibration if (d.candidate, d.horizon_d) == (name, h)]
        every = [d for d in found.calibration if d.horizon_d == h]
        top = 1.05 * max(max(d.predicted, d.observed.high or d.observed.value) for d in every) or 1.0
        ax.plot([0, top], [0, top], color="#BBBBBB", linewidth=0.8, zorder=0)
        _points(ax, [d.predicted for d in deciles], [d.observed for d in deciles], _colour(found, name))
        ax.set(xlim=(0, top), ylim=(0, top))
        ax.set_title(f"{name}, {h} {found.time_unit}")
        ax.set_ylabel("observed failed" if ax.get_subplotspec().is_first_col() else "")
        ax.set_xlabel("predicted" if ax.get_subplotspec().is_last_row() else "")
    return figure


def d_calibration(found: Comparison) -> Figure:
    """The share of rows that ended in each tenth of their predicted survival; even if right."""
    figure, axes = _grid(len(found.distributions), columns=min(4, len(found.distributions)), height=2.0)
    edges = np.linspace(1.0, 1.0 / BINS, BINS) - 0.5 / BINS
    for ax, one in zip(axes, found.distributions, strict=True):
        colour = _colour(found, one.candidate)
        ax.bar(edges, one.shares, width=0.085, color=colour, alpha=0.25)
        ax.bar(edges, one.seen, width=0.085, color=colour)
        ax.axhline(1.0 / BINS, color="#555555", linewidth=0.8, linestyle="--")
        if one.observable < BINS:
            ax.axvspan(0, 1.0 - one.observable / BINS, color="#EEEEEE", zorder=0)
        ax.set(xlim=(1.0, 0.0), xlabel="predicted survival at the end")
        told = "nothing observable" if one.p is None else f"p = {one.p:.3f}" if one.p >= 0.001 else "p < 0.001"
        ax.set_title(f"{one.candidate}: {told}")
    return figure


def survival(found: Comparison) -> Figure:
    """Observed survival (Kaplan–Meier) and what each candidate predicted, of all rows and of the largest classes."""
    figure, axes = _grid(len(found.curves), columns=min(3, len(found.curves)), height=2.3)
    horizons = np.array(found.horizons_d, float)
    step = 0.012 * horizons[-1]
    for ax, curve in zip(axes, found.curves, strict=True):
        ax.plot(curve.times_d, curve.survival, color="#000000", linewidth=1.2, drawstyle="steps-post", label="observed")
        _points(ax, found.horizons_d, curve.at_horizons, "#000000", marker="")
        for place, name in enumerate(found.candidates, start=1):
            style = {"color": _colour(found, name), "marker": "o", "markersize": 4, "linestyle": "none"}
            ax.plot(horizons + step * place, curve.predicted[name], label=name, **style)
        ax.set_title(f"{curve.group}: {curve.at_horizons[-1].rows:,} rows")
        ax.set_xlabel(found.time_unit)
    axes[0].set_ylabel("survival")
    _legend(figure, axes[0])
    return figure


def coverage(found: Comparison) -> Figure:
    """The share that failed by p10, p50 and p90, and between p10 and p90, by horizon; the dashed line is right."""
    kinds = list(dict.fromkeys(c.kind for c in found.coverage))
    figure, axes = _grid(len(kinds), columns=len(kinds), height=2.4)
    for ax, kind in zip(axes, kinds, strict=True):
        of_kind = [c for c in found.coverage if c.kind == kind]
        told, right = [c for c in of_kind if c.share.low is not None], of_kind[0].expected
        for place, name in enumerate(found.candidates):
            own = [c for c in told if c.candidate == name]
            spread = (place - (len(found.candidates) - 1) / 2) * 0.6 / len(found.candidates)
            x = [found.horizons_d.index(c.horizon_d) + spread for c in own]
            _points(ax, x, [c.share for c in own], _colour(found, name), label=name)
        ax.axhline(right, color="#555555", linewidth=0.8, linestyle="--")
        low = min([right - 0.2, *(c.share.low for c in told if c.share.low is not None)])
        high = max([right + 0.2, *(c.share.high for c in told if c.share.high is not None)])
        ax.set(
            xlim=(-0.5, len(found.horizons_d) - 0.5),
            ylim=(max(low, 0), min(high, 1)),
            xlabel=f"within {found.time_unit}",
        )
        ax.set_xticks(range(len(found.horizons_d)), [str(h) for h in found.horizons_d])
        for place, h in enumerate(found.horizons_d):
            if not any(c.horizon_d == h for c in told):
                words = {"transform": ax.get_xaxis_transform(), "color": GREY, "fontsize": 7.5}
                ax.text(place, 0.14, "not yet\ncheckable", ha="center", va="center", **words)
        ax.set_title("failed between p10 and p90" if "-" in kind else f"failed by {kind}")
    _legend(figure, axes[0])
    return figure


def decision(found: Comparison) -> Figure:
    """Net benefit by the probability from which a job is planned: a panel per horizon."""
    figure, axes = _grid(len(found.decisions), columns=len(found.decisions), height=2.6)
    for ax, one in zip(axes, found.decisions, strict=True):
        ax.axhline(0, color="#000000", linewidth=0.6, linestyle="--", label="plan nothing")
        ax.plot(CURVE, one.for_all, color="#000000", linewidth=0.8, linestyle=":", label="plan all")
        for name in found.candidates:
            ax.plot(CURVE, one.benefit[name], color=_colour(found, name), linewidth=1.3, label=name)
        top = max(max(values) for values in one.benefit.values()) or 0.01
        for threshold in found.thresholds:
            ax.axvline(threshold, color="#CCCCCC", linewidth=0.8, zorder=0)
        ax.set(ylim=(-0.25 * top, 1.15 * top), xlabel="probability from which a job is planned")
        ax.set_title(f"within {one.horizon_d} {found.time_unit}")
    axes[0].set_ylabel("net benefit per row")
    _legend(figure, axes[0])
    return figure


def _grid(panels: int, columns: int, height: float) -> tuple[Figure, list[Axes]]:
    """A figure of `panels` axes, each `height` inches high."""
    rows = max(math.ceil(panels / columns), 1)
    figure = Figure(figsize=(WIDTH, height * rows + 0.35), layout=ConstrainedLayoutEngine(h_pad=0.07, w_pad=0.06))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[panels:]:
        spare.set_axis_off()
    return figure, list(axes[:panels])


def _lines(ax: Axes, labels: Sequence[str], claims: Sequence[Claim], found: Sequence[Finding]) -> None:
    """A forest plot: a dot and a line per claim, the first on top; what is too few to tell says so."""
    ax.axvline(0, color="#555555", linewidth=0.8)
    told = [(y, claim) for y, claim in enumerate(claims) if claim.low is not None]
    for y in set(range(len(claims))) - {y for y, _ in told}:
        place = ax.get_yaxis_transform()
        ax.text(0.98, y, "too few to tell", transform=place, ha="right", va="center", fontsize=7.5, color=GREY)
    colours = [OF_FINDING[found[y]] for y, _ in told]
    ax.hlines(
        [y for y, _ in told],
        [c.low for _, c in told],
        [c.high for _, c in told],
        colors=colours,
        linewidth=1.4,
        clip_on=False,
    )
    ax.scatter([claim.value for _, claim in told], [y for y, _ in told], s=14, c=colours, zorder=3, clip_on=False)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.locator_params(axis="x", nbins=4)


def _points(
    ax: Axes, x: Sequence[float], claims: Sequence[Claim], colour: str, marker: str = "o", label: str | None = None
) -> None:
    """Points with their intervals; hollow where none is claimed."""
    told = [(at, claim) for at, claim in zip(x, claims, strict=True) if claim.low is not None]
    few = [(at, claim.value) for at, claim in zip(x, claims, strict=True) if claim.low is None]
    style: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 3.5, "linestyle": "none"}
    ax.vlines([at for at, _ in told], [c.low for _, c in told], [c.high for _, c in told], color=colour, linewidth=1.0)
    ax.plot([at for at, _ in told], [claim.value for _, claim in told], label=label, **style)
    ax.plot([at for at, _ in few], [value for _, value in few], markerfacecolor="none", **style)


def _colour(found: Comparison, name: str) -> str:
    place = found.candidates.index(name)
    return GREY if place == 0 else COLOURS[(place - 1) % len(COLOURS)]


def _legend(figure: Figure, ax: Axes) -> None:
    """One legend for all panels, below them."""
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 6), frameon=False)


def _svg(figure: Figure) -> str:
    """The figure as an `<svg>` element that scales with the page; a tenth of a point is exact enough."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    document = out.getvalue()
    svg = document[document.index("<svg") :]
    for pattern, short in SHORTER.items():
        svg = re.sub(pattern, short, svg)
    svg = re.sub(r"<[^>]*>", lambda tag: LONG_NUMBER.sub(lambda number: f"{float(number[0]):.1f}", tag[0]), svg)
    return _with_classes(svg)


def _with_classes(svg: str) -> str:
    """The styles written once each, as classes; named by what they say, since a page's figures share their classes."""
    names = {style: f"s{zlib.crc32(style.encode()):x}" for style in dict.fromkeys(re.findall(r' style="([^"]*)"', svg))}
    rules = " ".join(f".{name} {{{style}}}" for style, name in names.items())
    classed = re.sub(r' style="([^"]*)"', lambda found: f' class="{names[found[1]]}"', svg)
    return classed.replace("</style>", f" {rules}</style>", 1)

"""A row as a picture: for each figure a bar per proxy, with the least and the most of the rounds. SVG."""
from html import escape

WIDTH, NAME, BAR, LINE, GAP = 760, 110, 430, 22, 34
COLOURS = {"xs-router": "#0b5fff"}
OTHERS = "#9aa5b1"
TITLES = {"per_second": "requests a second", "cpu_us": "CPU of the proxy, us a request", "p50_ms": "median, ms",
          "p99_ms": "99th percentile, ms", "peak_mib": "peak memory, MiB", "instructions": "instructions in user space a request",
          "system_calls": "system calls a request"}


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def panel(key, by_proxy, top):
    """The bars of one figure from `top` on: lines of SVG, and where they end."""
    most = max(figure["max"] for figure in by_proxy.values()) or 1
    lines = [text(0, top + 12, TITLES.get(key, key.replace("_", " ")), 'font-weight="bold"')]
    top += 20
    for proxy, figure in by_proxy.items():
        low, middle, high = (NAME + BAR * figure[word] / most for word in ("min", "median", "max"))
        lines += [text(NAME - 8, top + 13, proxy, 'text-anchor="end"'),
                  f'<rect x="{NAME}" y="{top}" width="{middle - NAME:.1f}" height="{LINE - 6}" fill="{COLOURS.get(proxy, OTHERS)}"/>',
                  f'<path d="M{low:.1f} {top + 8}H{high:.1f}M{low:.1f} {top + 4}v8M{high:.1f} {top + 4}v8" stroke="#222"/>']
        ratio = figure.get("ratios", {})
        against = "  (" + ", ".join(f"{value:.2f} x {peer}" for peer, value in ratio.items()) + ")" if ratio else ""
        lines.append(text(high + 8, top + 13, number(figure["median"])))
        lines.append(text(NAME, top + LINE + 8, against.strip(), 'font-size="10" fill="#555"')) if against else None
        top += LINE + (14 if against else 0)
    return lines, top + GAP - LINE


def svg(name, work, goal, figures):
    """`figures`: proxy -> figure -> median, min, max and ratios."""
    lines = [text(0, 14, name, 'font-size="16" font-weight="bold"'), text(0, 34, work), text(0, 52, "goal: " + goal)]
    top = 68
    for key in dict.fromkeys(key for of_proxy in figures.values() for key in of_proxy):
        by_proxy = {proxy: of_proxy[key] for proxy, of_proxy in figures.items() if key in of_proxy}
        if key == "faults" and not any(figure["max"] for figure in by_proxy.values()):
            continue
        more, top = panel(key, by_proxy, top)
        lines += more
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {WIDTH + 24} {top + 8}" width="{WIDTH + 24}" '
            f'height="{top + 8}" font-family="sans-serif" font-size="12"><rect x="-12" y="-8" width="100%" height="100%" '
            'fill="white"/>\n' + "\n".join(lines) + "\n</svg>\n")

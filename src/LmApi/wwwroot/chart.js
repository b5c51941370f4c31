// Line charts, as SVG.
import { h, svg } from "./dom.js";

const [width, height, left, bottom, top, right] = [560, 240, 44, 34, 12, 12];

/** @param chart { label, x, y, series: [{ name, points: [[x, y], …] }] }, each series with increasing x. */
export function lines({ label, x, y, series }) {
  const points = series.flatMap(each => each.points);
  const [x0, x1] = range(points.map(point => point[0]));
  const [y0, y1] = range(points.map(point => point[1]));
  const toX = value => left + (value - x0) / (x1 - x0) * (width - left - right);
  const toY = value => height - bottom - (value - y0) / (y1 - y0) * (height - bottom - top);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" },
    ...ticks.map(part => y0 + part * (y1 - y0)).flatMap(value => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: toY(value), y2: toY(value) }),
      svg("text", { x: left - 6, y: toY(value) + 4, "text-anchor": "end" }, short(value))]),
    ...ticks.map(part => x0 + part * (x1 - x0)).map(value =>
      svg("text", { x: toX(value), y: height - 18, "text-anchor": "middle" }, short(value))),
    svg("text", { x: width - right, y: height - 3, "text-anchor": "end" }, x),
    ...series.map((each, i) => svg("polyline", {
      class: `series-${i}`, points: each.points.map(([px, py]) => `${toX(px)},${toY(py)}`).join(" ") })));
  return h("figure", {}, picture, h("figcaption", { class: "quiet help" }, `${label}, in ${y}. `,
    ...(series.length > 1 ? series.map((each, i) => h("span", { class: `key-${i}` }, each.name)) : [])));
}

function range(values) {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  return least < most ? [least, most] : [least - 1, least + 1];
}

const short = value => value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 20 ? 1 : 0 });

import type { Row } from './cases';
import { describe, median, type Series } from './series';

/** A row with its figure and the verdict over it. */
export interface Judged extends Row {
	caseName: string;
	figure: number;
	reached?: boolean;
}

export function judge(caseName: string, row: Row): Judged {
	const ours = median(row.ours.values);
	const figure = row.figure ?? (row.against ? ours / median(row.against.series.values) : ours);
	const { most, least } = row;
	const reached =
		most === undefined && least === undefined
			? undefined
			: figure <= (most ?? Infinity) && figure >= (least ?? -Infinity);
	return { ...row, caseName, figure, reached };
}

/** The cells of a row, for people to read. */
export function cellsOf(row: Judged): string[] {
	const { what, ours, against, most, least, reached, note } = row;
	const target =
		most !== undefined ? `at most ${most}` : least !== undefined ? `at least ${least}` : '';
	return [
		what,
		describe(ours),
		against ? `${against.name}: ${describe(against.series)}` : '',
		figureOf(row),
		target,
		reached === undefined ? '' : reached ? 'reached' : 'NOT REACHED',
		note ?? '',
	];
}

/** The figure; of a ratio also the least and the largest one of what was measured in turn. */
function figureOf({ figure, figure: given, ours, against }: Judged): string {
	const short = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
	const isRatio = against && median(ours.values) / median(against.series.values) === given;
	if (!isRatio || ours.values.length === 1) return short(figure);
	const ratios = ours.values.map((value, i) => value / against.series.values[i]);
	return `${short(figure)} (${short(Math.min(...ratios))} to ${short(Math.max(...ratios))})`;
}

const HEADER = ['Case', 'This package', 'Instead', 'Figure', 'Target', '', ''];

export function tableOf(rows: Judged[]): string {
	return markdown([HEADER, ...rows.map(cellsOf)]);
}

/** The rows that stand in the README, with medians alone. */
export function readmeTableOf(rows: Judged[]): string {
	const medianOf = ({ unit, values }: Series) => describe({ unit, values: [median(values)] });
	const cells = rows.flatMap(({ readme, ours, against }) =>
		readme
			? [
					[
						readme,
						medianOf(ours),
						against ? `${against.name}: ${medianOf(against.series)}` : '',
					],
				]
			: [],
	);
	return markdown([['Work', 'This package', 'Instead'], ...cells]);
}

function markdown([header, ...rows]: string[][]): string {
	const widths = header.map((_, i) =>
		Math.max(3, ...[header, ...rows].map((row) => row[i].length)),
	);
	const rule = widths.map((width) => '-'.repeat(width));
	return [header, rule, ...rows]
		.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`)
		.join('\n');
}

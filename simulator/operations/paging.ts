import { invalid } from './errors';
import type { Rendered } from './render';
import type { StoredObject } from '../model/objects';
import type { Answer, OperationContext } from './context';

function compare(left: unknown, right: unknown): number {
	if (typeof left === 'number' && typeof right === 'number') return left - right;
	return String(left) < String(right) ? -1 : Number(String(left) > String(right));
}

const isEmpty = (value: unknown) => value === null || value === undefined;

function sorted<T extends StoredObject>(context: OperationContext, objects: T[]): T[] {
	const { query, quirks, strict, switches } = context;
	const column = query.sort_column;
	if (quirks.sortIgnored === true) return objects;
	if (typeof column !== 'string' || column === '') return objects;
	if (strict && objects.length > 0 && !objects.some((object) => column in object)) {
		throw invalid({
			in: 'query',
			field: 'sort_column',
			kind: 'value',
			text: 'is not a column',
		});
	}
	// Boolean after validation, but a capitalized text is accepted as well.
	const direction = /^true$/i.test(String(query.sort_desc)) ? -1 : 1;
	const emptyEnd = switches.nullStartTime === 'last' ? -direction : direction;
	return [...objects].sort((left, right) => {
		const [a, b] = [left[column], right[column]];
		if (isEmpty(a) || isEmpty(b)) return (Number(isEmpty(a)) - Number(isEmpty(b))) * emptyEnd;
		return compare(a, b) * direction;
	});
}

/** The envelope of a list; `render` is called for the objects of the page only. */
export function pageAnswer<T extends StoredObject>(
	context: OperationContext,
	objects: Iterable<T>,
	render: (object: T) => Rendered,
): Answer {
	const all = sorted(context, [...objects]);
	const page = Number(context.query.page ?? 1);
	const size = Number(context.query.size ?? 10);
	const end = page * size;
	const estimated = context.switches.listTotal === 'estimated';
	const usualTotal = estimated ? Math.ceil(all.length / 10) * 10 + 10 : all.length;
	return {
		status: 200,
		body: {
			items: all.slice(end - size, end).map(render),
			page,
			size,
			has_more: end < all.length,
			total: context.totalOf?.(all.length) ?? usualTotal,
			total_is_estimated: estimated,
		},
	};
}

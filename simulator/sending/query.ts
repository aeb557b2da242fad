import type { Switches } from '../truths';

/** A URL with parameters added to its query. What it has already stays as it is. */
export function withQuery(
	url: string,
	parameters: Record<string, string>,
	{ appendedQuery }: Switches,
): string {
	const target = new URL(url);
	const separator = appendedQuery === 'ampersand' ? '&' : '?';
	const added = String(new URLSearchParams(parameters));
	target.search = target.search === '' ? added : `${target.search}${separator}${added}`;
	return target.href;
}

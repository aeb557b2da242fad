import type { Switches } from '../truths';

/** A URL with parameters added to its query. What it has already stays as it is, or is lost (API: C25). */
export function withQuery(
	url: string,
	parameters: Record<string, string>,
	{ appendedQuery }: Switches,
): string {
	const target = new URL(url);
	const separator = appendedQuery === 'ampersand' ? '&' : '?';
	const added = String(new URLSearchParams(parameters));
	const isOnly = target.search === '' || appendedQuery === 'replaced';
	target.search = isOnly ? added : `${target.search}${separator}${added}`;
	return target.href;
}

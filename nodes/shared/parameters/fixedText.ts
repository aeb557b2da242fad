/**
 * What an expression may be made of that gives the same whatever a language model writes: `$vars`, `$env`,
 * the items of other nodes, plain values, and what compares and joins them. All else is left out, so there is
 * no spelling of `$fromAI`, `$json` or `$input` to look for.
 */

const TEXT = /'[^'\\\n{}]*'|"[^"\\\n{}]*"/.source;
const PATH = String.raw`(?:\??\.(?!\d)\w+|\[(?:\d+|${TEXT})\])*`;
const ITEM = String.raw`(?:\.(?:item|first\(\)|last\(\)|all\(\)\[\d+\]))`;

/** In each of these groups stands one kind of token. */
const TOKEN = new RegExp(
	[
		String.raw`(?<space>\s+)`,
		String.raw`\$\((?<node>${TEXT})\)${ITEM}\.json${PATH}`,
		String.raw`\$node\[(?<legacyNode>${TEXT})\]\.json${PATH}`,
		String.raw`(?<value>\$(?:vars|env)\b${PATH}|${TEXT}|\d+(?:\.\d+)?|(?:true|false|null|undefined)\b)`,
		String.raw`(?<open>[([])`,
		String.raw`(?<close>[)\]])`,
		String.raw`(?<operator>[=!]==?|&&|\|\||\?\?|[<>]=?|[?:,+!-])`,
	].join('|'),
	'y',
);

/**
 * Looks at what is written in a field, or in the fields of a collection.
 *
 * @returns the nodes whose items its expressions read; undefined where a language model may have a say.
 */
export function nodesReadBy(written: unknown): string[] | undefined {
	if (typeof written === 'string') return written.startsWith('=') ? nodesIn(written) : [];
	if (typeof written !== 'object' || written === null) return [];
	const inside = Object.values(written).map(nodesReadBy);
	return inside.includes(undefined) ? undefined : inside.flatMap((nodes) => nodes ?? []);
}

function nodesIn(expression: string): string[] | undefined {
	const [, ...parts] = expression.split('{{');
	const nodes: string[] = [];
	for (const part of parts) {
		const end = part.indexOf('}}');
		const read = end < 0 ? undefined : nodesInCode(part.slice(0, end));
		if (!read) return undefined;
		nodes.push(...read);
	}
	return nodes;
}

function nodesInCode(code: string): string[] | undefined {
	const nodes: string[] = [];
	const token = new RegExp(TOKEN);
	// After a value, a parenthesis would call it, and a bracket read what another value names.
	let afterValue = false;
	while (token.lastIndex < code.length) {
		const { groups } = token.exec(code) ?? {};
		if (!groups) return undefined;
		const { space, node, legacyNode, open, close, operator } = groups;
		if (space !== undefined) continue;
		const name = node ?? legacyNode;
		if (name !== undefined) nodes.push(name.slice(1, -1));
		const begins = operator === undefined && close === undefined;
		if (begins && afterValue) return undefined;
		afterValue = open === undefined && operator === undefined;
	}
	return nodes;
}

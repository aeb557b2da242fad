import type { IDataObject } from 'n8n-workflow';

/** What expressions, other nodes and language models may give for a parameter. */
export interface HostileValue {
	/** JavaScript, as it stands between the braces of an expression. */
	code: string;
	/** What kind of value it is to a reader of parameters. `throws`: the expression itself does. */
	is:
		| 'nothing'
		| 'text'
		| 'number'
		| 'boolean'
		| 'date'
		| 'list'
		| 'object'
		| 'noValue'
		| 'throws';
	/** The number or boolean that it is, or that it says. */
	value?: number | boolean;
	/** JavaScript of the value that it means, if that is another one. */
	means?: string;
}

const nothing = [
	'undefined',
	'null',
	'""',
	'"   "',
	'"\\n\\t"',
	'$json.none',
	'$json.none.deeper',
	'[].at(0)',
];

const texts = [
	'"text"',
	'"NaN"',
	'"null"',
	'"4 apples"',
	'"[1, 2"',
	'"{"',
	'"=1+1"',
	'"{{ 1 }}"',
	'"__proto__"',
	'"constructor"',
	'"\\ufeff{}"',
	'"<b>x</b>"',
	'"preexisting ENOENT"',
	'"a\\u0000b\\u001b[31m\\u202e"',
	'"\\ud83d"',
	'"x".repeat(100000)',
	'" ".repeat(100000) + "x"',
	'"https://user:pass@example.com/?n8n_secret=1234567890"',
	'"2026-02-30"',
];

const numbers: Array<[string, number]> = [
	['0', 0],
	['-0', -0],
	['1', 1],
	['-1', -1],
	['1.5', 1.5],
	['4', 4],
	['1e21', 1e21],
	['-1e300', -1e300],
	['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
	['4155550123', 4155550123],
];

const objects = [
	'({})',
	'({ a: 1 })',
	'({ value: "x" })',
	'({ mode: "id", value: { a: 1 } })',
	'({ constructor: { prototype: { polluted: true } } })',
	'({ length: 3 })',
	'({ a: NaN, b: [10n] })',
	'$json.proto',
	'[...Array(5000)].reduce((inner) => ({ inner }), 1)',
	'(() => { const a = {}; a.a = a; return a; })()',
	'new Map()',
	'/a/',
	'new Error("x")',
];

const lists = [
	'[]',
	'[[]]',
	'[1, 2]',
	'["a", null]',
	'[null]',
	'[{}]',
	'[[[[1]]]]',
	'[$json.proto]',
];

export const hostileValues: HostileValue[] = [
	...nothing.map((code) => ({ code, is: 'nothing' as const })),
	...texts.map((code) => ({ code, is: 'text' as const })),
	...numbers.map(([code, value]) => ({ code, is: 'number' as const, value })),
	...numbers.map(([code, value]) => ({
		code: `String(${code})`,
		is: 'number' as const,
		value,
		means: code,
	})),
	{ code: 'true', is: 'boolean', value: true },
	{ code: 'false', is: 'boolean', value: false },
	{ code: '"true"', is: 'boolean', value: true, means: 'true' },
	{ code: '" False "', is: 'boolean', value: false, means: 'false' },
	{ code: 'new Date("2026-01-31T09:00:00Z")', is: 'date' },
	{ code: '$now', is: 'date' },
	{ code: 'new Date(NaN)', is: 'noValue' },
	{ code: 'DateTime.invalid("x")', is: 'noValue' },
	...objects.map((code) => ({ code, is: 'object' as const })),
	...lists.map((code) => ({ code, is: 'list' as const })),
	...['NaN', 'Infinity', '-Infinity', 'Symbol("a")', '10n ** 30n'].map((code) => ({
		code,
		is: 'noValue' as const,
	})),
	{ code: '(() => 1)', is: 'throws' },
	{ code: '$("Nowhere").item.json.x', is: 'throws' },
];

/** The fields of an input item that some of the values are read from. */
export function hostileFields(): IDataObject {
	const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
	return { proto: JSON.parse(text) as IDataObject };
}
